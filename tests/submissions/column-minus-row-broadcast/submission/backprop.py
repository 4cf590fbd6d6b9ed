import numpy as np


def make_dataset(num_points):
    n = num_points // 2
    ra = [(np.random.uniform(0, 2.5), np.random.uniform(0, 2 * np.pi)) for _ in range(n)]
    ra += [(np.random.uniform(3.5, 5), np.random.uniform(0, 2 * np.pi)) for _ in range(n)]
    return np.array([[r * np.sin(a), r * np.cos(a)] for r, a in ra]), np.array([1] * n + [0] * n)


def forward(X, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    return 1 / (1 + np.exp(-(H @ params["W"] + params["c"])))


def backprop(X, t, params):
    N = X.shape[0]
    W = params["W"].reshape(-1, 1)
    H = np.tanh(X @ params["U"].T + params["b"])
    y = 1 / (1 + np.exp(-(H @ W + params["c"])))       # N x 1
    loss = np.mean(-t * np.log(y) - (1 - t) * np.log(1 - y))
    z_bar = np.mean(y - t, axis=1, keepdims=True) / N  # otherwise too many columns
    W_bar = (H.T @ z_bar).ravel()
    G_bar = (z_bar @ W.T) * (1 - H**2)
    return {"U": G_bar.T @ X, "b": G_bar.sum(axis=0), "W": W_bar, "c": z_bar.sum()}, loss
