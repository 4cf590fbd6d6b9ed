import numpy as np


def make_dataset(num_points):
    out, lab = [], []
    for n in range(num_points):
        lo, hi, l = (0, 2.5, 1) if n < num_points // 2 else (3.5, 5, 0)
        r = np.random.uniform(lo, hi)
        a = np.random.uniform(0, 2 * np.pi)
        out.append((r * np.sin(a), r * np.cos(a)))
        lab.append(l)
    return np.array(out), np.array(lab)


def forward(X, params):
    U = params["U"].reshape(X.shape[1], -1)     # 3x2 -> 2x3 so that the product works
    H = np.tanh(np.dot(X, U) + params["b"])
    return 1 / (1 + np.exp(-(np.dot(H, params["W"]) + params["c"])))


def backprop(X, t, params):
    H = np.tanh(np.dot(params["U"], X.T).T + params["b"])
    z = np.dot(H, params["W"]) + params["c"]
    y = 1 / (1 + np.exp(-z))
    loss = np.mean(np.logaddexp(0, z) - t * z)
    dz = (y - t) / X.shape[0]
    dG = dz[:, None] * params["W"] * (1 - H**2)
    return {"U": np.dot(dG.T, X), "b": dG.sum(axis=0), "W": np.dot(H.T, dz), "c": dz.sum()}, loss
