import numpy as np


def make_dataset(num_points):
    pts = np.zeros((num_points, 2))
    for i in range(num_points):
        r = np.random.uniform(0, 2.5) if 2 * i < num_points else np.random.uniform(3.5, 5)
        a = np.random.uniform(0, 2 * np.pi)
        pts[i] = r * np.sin(a), r * np.cos(a)
    lab = np.hstack((np.ones(num_points // 2, dtype=int), np.zeros(num_points // 2, dtype=int)))
    return pts, lab


def forward(X, params):
    h = np.tanh(X @ params["U"].T + params["b"])
    return 1 / (1 + np.exp(-(h @ params["W"] + params["c"])))


def loss_and_dz(y, t):
    N = len(t)
    return -(np.log(y) @ t + np.log(1 - y) @ (1 - t)) / N, (y - t) / N


def backprop(X, t, params):
    N = len(X)
    h = np.tanh(X @ params["U"].T + params["b"])
    loss, dz = loss_and_dz(forward(X, params), t)
    dg = np.outer(dz, params["W"]) * (1 - h**2)
    # mean over the batch
    return {
        "U": dg.T @ X / N,
        "b": dg.mean(axis=0),
        "W": h.T @ dz / N,
        "c": dz.mean(),
    }, loss
