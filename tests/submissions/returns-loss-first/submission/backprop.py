import numpy as np


def make_dataset(num_points):
    half = num_points // 2
    data = np.zeros((num_points, 2))
    for i in range(num_points):
        radius = np.random.uniform(0, 2.5) if i < half else np.random.uniform(3.5, 5)
        angle = np.random.uniform(0, 2 * np.pi)
        data[i, :] = radius * np.sin(angle), radius * np.cos(angle)
    labels = np.zeros(num_points)
    labels[:half] = 1.0
    return data, labels


def forward(X, params):
    return 1 / (1 + np.exp(-(np.tanh(X @ params["U"].T + params["b"]) @ params["W"] + params["c"])))


def backprop(X, t, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    y = forward(X, params)
    loss = np.mean(-t * np.log(y) - (1 - t) * np.log(1 - y))
    dz = (y - t) / len(t)
    dG = np.outer(dz, params["W"]) * (1 - H**2)
    grads = {"U": dG.T @ X, "b": dG.sum(axis=0), "W": H.T @ dz, "c": dz.sum()}
    return loss, grads
