import numpy as np


def make_dataset(num_points):
    data = np.zeros((num_points, 2))
    labels = np.zeros(num_points)
    for i in range(num_points):
        if i < num_points // 2:
            R = np.random.uniform(0, 2.5)
            labels[i] = 1
        else:
            R = np.random.uniform(3.5, 5)
        A = np.random.uniform(0, 2 * np.pi)
        data[i, 0], data[i, 1] = R * np.sin(A), R * np.cos(A)
    return data, labels


def forward(X, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    return 1 / (1 + np.exp(-(H @ params["W"] + params["c"])))


def cross_entropy(y, t):
    return -np.sum(t * np.log(y) + (1 - t) * np.log(1 - y))


def backprop(X, t, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    y = forward(X, params)
    z_bar = (y - t) / len(y)
    G_bar = np.outer(z_bar, params["W"]) * (1 - H**2)
    grads = {"U": G_bar.T @ X, "b": G_bar.sum(0), "W": H.T @ z_bar, "c": z_bar.sum()}
    return grads, cross_entropy(y, t)
