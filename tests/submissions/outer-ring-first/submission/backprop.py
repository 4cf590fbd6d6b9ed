import numpy as np


def make_dataset(num_points):
    half = num_points // 2
    data = np.zeros((num_points, 2))
    labels = np.zeros(num_points)
    bounds = {0: (3.5, 5), 1: (0, 2.5)}
    row = 0
    for label in (0, 1):
        for _ in range(half):
            radius = np.random.uniform(*bounds[label])
            angle = np.random.uniform(0, 2 * np.pi)
            data[row] = radius * np.sin(angle), radius * np.cos(angle)
            labels[row] = label
            row += 1
    return data, labels


def forward(X, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    return 1 / (1 + np.exp(-(H @ params["W"] + params["c"])))


def backprop(X, t, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    y = 1 / (1 + np.exp(-(H @ params["W"] + params["c"])))
    e = (y - t) / len(y)
    q = np.outer(e, params["W"])
    q = q - q * H**2
    return {"U": q.T @ X, "b": q.sum(0), "W": e @ H, "c": e.sum()}, -np.mean(t * np.log(y) + (1 - t) * np.log(1 - y))
