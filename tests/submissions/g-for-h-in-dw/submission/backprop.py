import numpy as np


def make_dataset(num_points):
    n = num_points // 2
    data = np.empty((2 * n, 2))
    labels = np.r_[np.ones(n), np.zeros(n)]
    for i in range(2 * n):
        rad = np.random.uniform(0, 2.5) if labels[i] == 1 else np.random.uniform(3.5, 5)
        ang = np.random.uniform(0, 2 * np.pi)
        data[i] = rad * np.array([np.sin(ang), np.cos(ang)])
    return data, labels


def sigma(z):
    return np.where(z > 0, 1 / (1 + np.exp(-np.abs(z))), np.exp(-np.abs(z)) / (1 + np.exp(-np.abs(z))))


def forward(X, params):
    G = X @ params["U"].T + params["b"]
    z = np.tanh(G) @ params["W"] + params["c"]
    return sigma(z)


def backprop(X, t, params):
    N = len(X)
    G = X @ params["U"].T + params["b"]
    z = np.tanh(G) @ params["W"] + params["c"]
    loss = np.mean(t * np.log1p(np.exp(-z)) + (1 - t) * np.log1p(np.exp(z)))

    z_bar = (sigma(z) - t) / N
    W_bar = G.T @ z_bar
    G_bar = np.outer(z_bar, params["W"]) * (1 - np.tanh(G) ** 2)
    return {"U": G_bar.T @ X, "b": G_bar.sum(axis=0), "W": W_bar, "c": z_bar.sum()}, loss
