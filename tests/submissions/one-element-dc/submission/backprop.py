import numpy as np


def make_dataset(num_points):
    pts = []
    for lo, hi in [(0, 2.5), (3.5, 5)]:
        for k in range(num_points // 2):
            r = np.random.uniform(lo, hi)
            w = np.random.uniform(0, 2 * np.pi)
            pts.append([r * np.sin(w), r * np.cos(w)])
    t = np.zeros(num_points)
    t[:num_points // 2] += 1
    return np.array(pts), t


def forward(X, params):
    G = X.dot(params["U"].T) + params["b"]
    z = np.tanh(G).dot(params["W"]) + params["c"]
    return 1 / (1 + np.exp(-z))


def backprop(X, t, params):
    G = X.dot(params["U"].T) + params["b"]
    H = np.tanh(G)
    y = forward(X, params)
    z_bar = ((y - t) / len(t))[:, None]            # column
    c_bar = np.sum(z_bar, axis=0)
    W_bar = (H.T @ z_bar)[:, 0]
    H_bar = z_bar @ params["W"][None, :]
    G_bar = H_bar * (1 - H**2)
    U_bar = G_bar.T @ X
    b_bar = np.sum(G_bar, axis=0)
    loss = -np.mean(t * np.log(y) + (1 - t) * np.log(1 - y))
    return {"U": U_bar, "b": b_bar, "W": W_bar, "c": c_bar}, loss
