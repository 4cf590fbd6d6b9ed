import numpy as np


def make_dataset(num_points):
    half = num_points // 2
    X = np.zeros((num_points, 2))
    for i in range(num_points):
        r = np.random.uniform(*[(0, 2.5), (3.5, 5)][i >= half])
        a = np.random.uniform(0, 2 * np.pi)
        X[i] = r * np.sin(a), r * np.cos(a)
    y = np.zeros(num_points)
    y[:half] = 1
    return X, y


def logistic(z):
    return 1 / (1 + np.exp(-z))


def forward(X, params):
    return logistic(np.tanh(X @ params["U"].T + params["b"]) @ params["W"] + params["c"])


def backprop(X, t, params):
    N = len(X)
    H = np.tanh(X @ params["U"].T + params["b"])
    y = logistic(H @ params["W"] + params["c"])
    loss = np.sum((y - t) ** 2) / (2 * N)
    y_bar = (y - t) / N
    z_bar = y_bar * y * (1 - y)
    H_bar = z_bar[:, None] * params["W"][None, :]
    G_bar = H_bar * (1 - H**2)
    return {"W": H.T @ z_bar, "c": z_bar.sum(), "U": G_bar.T @ X, "b": G_bar.sum(axis=0)}, loss
