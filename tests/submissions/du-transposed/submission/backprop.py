import numpy as np


def make_dataset(num_points):
    data = np.zeros((num_points, 2))
    labels = np.zeros(num_points)
    labels[0:num_points // 2] = 1
    for p in range(0, num_points // 2):
        radius = np.random.uniform(0, 2.5)
        angle = np.random.uniform(0, 2 * np.pi)
        data[p, 0] = radius * np.sin(angle)
        data[p, 1] = radius * np.cos(angle)
    for p in range(num_points // 2, num_points):
        radius = np.random.uniform(3.5, 5)
        angle = np.random.uniform(0, 2 * np.pi)
        data[p, 0] = radius * np.sin(angle)
        data[p, 1] = radius * np.cos(angle)
    return data, labels


def forward(X, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    z = H @ params["W"] + params["c"]
    return 1 / (1 + np.exp(-z))


def backprop(X, t, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    z = H @ params["W"] + params["c"]
    y = 1 / (1 + np.exp(-z))
    z_bar = (y - t) / len(y)
    G_bar = np.outer(z_bar, params["W"]) * (1 - H * H)
    loss = -np.mean(t * np.log(y) + (1 - t) * np.log(1 - y))
    return {
        "U": X.T @ G_bar,
        "b": np.sum(G_bar, axis=0),
        "W": H.T @ z_bar,
        "c": np.sum(z_bar),
    }, loss
