import numpy as np


def make_dataset(num_points):
    data = np.zeros((num_points, 2))
    labels = np.zeros(num_points)
    for i in range(num_points):
        r = np.random.uniform(0, 2.5) if i < num_points // 2 else np.random.uniform(3.5, 5)
        phi = np.random.uniform(0, 2 * np.pi)
        data[i] = [r * np.cos(phi), r * np.sin(phi)]   # polar coordinates
        labels[i] = 1 if i < num_points // 2 else 0
    return data, labels


def forward(X, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    z = H @ params["W"] + params["c"]
    return 1 / (1 + np.exp(-z))


def backprop(X, t, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    z = H @ params["W"] + params["c"]
    y = 1 / (1 + np.exp(-z))
    N = len(t)
    loss = np.sum(-t * np.log(y) - (1 - t) * np.log(1 - y)) / N
    z_bar = (y - t) / N
    G_bar = np.outer(z_bar, params["W"]) * (1 - H**2)
    return {"U": G_bar.T @ X, "b": G_bar.sum(0), "W": H.T @ z_bar, "c": z_bar.sum()}, loss
