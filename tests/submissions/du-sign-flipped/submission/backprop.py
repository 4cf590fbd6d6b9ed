import numpy as np


def make_dataset(num_points):
    data = np.zeros((num_points, 2))
    labels = np.zeros(num_points)
    for index in range(num_points):
        upper_half = index < num_points // 2
        labels[index] = upper_half
        rad = np.random.uniform(0, 2.5) if upper_half else np.random.uniform(3.5, 5)
        ang = np.random.uniform(0, 2 * np.pi)
        data[index] = rad * np.sin(ang), rad * np.cos(ang)
    return data, labels


def forward(X, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    return 1 / (1 + np.exp(-(H @ params["W"] + params["c"])))


def backprop(X, t, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    y = forward(X, params)
    e = (t - y) / len(t)
    loss = -np.mean(np.log(y) * t + np.log(1 - y) * (1 - t))
    back = np.outer(e, params["W"]) * (1 - H**2)
    return {
        "c": -e.sum(),
        "W": -(H.T @ e),
        "b": -back.sum(axis=0),
        "U": back.T @ X,
    }, loss
