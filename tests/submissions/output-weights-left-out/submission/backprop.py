import numpy as np


def make_dataset(num_points):
    pts, lab = [], []
    for k in range(num_points):
        lo, hi = ((0, 2.5), (3.5, 5))[k >= num_points // 2]
        r = np.random.uniform(lo, hi)
        a = np.random.uniform(0, 2 * np.pi)
        pts.append([r * np.sin(a), r * np.cos(a)])
        lab.append(1 - (k >= num_points // 2))
    return np.array(pts), np.array(lab)


def net(X, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    z = H @ params["W"] + params["c"]
    return H, z, 1 / (1 + np.exp(-z))


def forward(X, params):
    return net(X, params)[-1]


def backprop(X, t, params):
    H, z, y = net(X, params)
    dz = (y - t) / len(X)
    dH = np.tile(dz[:, None], (1, H.shape[1]))       # every hidden unit gets the error
    dG = dH * (1 - H**2)
    loss = np.mean(np.log(1 + np.exp(z)) - t * z)
    return {"W": H.T @ dz, "c": np.sum(dz), "U": dG.T @ X, "b": dG.sum(0)}, loss
