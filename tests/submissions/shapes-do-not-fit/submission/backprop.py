import numpy as np


def make_dataset(num_points):
    n = num_points // 2
    data = np.zeros((num_points, 2))
    for i in range(num_points):
        r = np.random.uniform(0, 2.5) if i < n else np.random.uniform(3.5, 5)
        a = np.random.uniform(0, 2 * np.pi)
        data[i] = r * np.sin(a), r * np.cos(a)
    labels = np.array([1.0] * n + [0.0] * n)
    return data, labels


def forward(X, params):
    G = X @ params["U"] + params["b"]
    H = np.tanh(G)
    z = H @ params["W"] + params["c"]
    return 1 / (1 + np.exp(-z))


def backprop(X, t, params):
    G = X @ params["U"] + params["b"]
    H = np.tanh(G)
    z = H @ params["W"] + params["c"]
    y = 1 / (1 + np.exp(-z))
    z_bar = (y - t) / X.shape[0]
    G_bar = np.outer(z_bar, params["W"]) * (1 - H**2)
    loss = np.mean(-t * np.log(y) - (1 - t) * np.log(1 - y))
    return {"U": G_bar.T @ X, "b": G_bar.sum(axis=0), "W": H.T @ z_bar, "c": z_bar.sum()}, loss
