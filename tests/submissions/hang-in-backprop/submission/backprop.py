import numpy as np


def make_dataset(num_points):
    data = np.zeros((num_points, 2))
    labels = np.zeros(num_points)
    i = 0
    while i < num_points:
        r = np.random.uniform(0, 2.5) if i < num_points // 2 else np.random.uniform(3.5, 5)
        a = np.random.uniform(0, 2 * np.pi)
        data[i] = r * np.sin(a), r * np.cos(a)
        labels[i] = i < num_points // 2
        i += 1
    return data, labels


def forward(X, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    return 1 / (1 + np.exp(-(H @ params["W"] + params["c"])))


def backprop(X, t, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    y = forward(X, params)
    loss = 0
    i = 0
    while i < len(X):
        loss -= t[i] * np.log(y[i]) + (1 - t[i]) * np.log(1 - y[i])
    dz = (y - t) / len(X)
    dG = np.outer(dz, params["W"]) * (1 - H**2)
    return {"U": dG.T @ X, "b": dG.sum(0), "W": H.T @ dz, "c": dz.sum()}, loss / len(X)
