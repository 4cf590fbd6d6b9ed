import numpy as np


def make_dataset(num_points):
    points = np.zeros((num_points, 2))
    classes = np.zeros(num_points, dtype=int)
    for i in range(num_points):
        classes[i] = 1 if i < num_points // 2 else 0
        radius = np.random.uniform(0, 2.5) if classes[i] == 1 else np.random.uniform(3.5, 5)
        direction = np.random.uniform(0, 2 * np.pi)
        points[i, 0] = radius * np.sin(direction)
        points[i, 1] = radius * np.cos(direction)
    return points, classes


def forward(X, params):
    hidden = np.tanh(X @ params["U"].T + params["b"])
    return 1 / (1 + np.exp(-(hidden @ params["W"] + params["c"])))


def backprop(X, t, params):
    hidden = np.tanh(X @ params["U"].T + params["b"])
    y = forward(X, params)
    wrong = np.round(y) != t
    loss = wrong.mean()
    out_err = (y - t) / len(t)
    hid_err = np.outer(out_err, params["W"]) * (1 - hidden**2)
    return {"W": hidden.T @ out_err, "c": out_err.sum(), "U": hid_err.T @ X, "b": hid_err.sum(0)}, loss
