import numpy as np
from numpy.random import uniform


def make_dataset(num_points):
    data, labels = [], []
    for i in range(num_points):
        label = int(i < num_points // 2)
        r = uniform(0, 2.5) if label else uniform(3.5, 5)
        a = uniform(0, 2 * np.pi)
        data.append(np.array([np.sin(a), np.cos(a)]) * r)
        labels.append(label)
    return np.vstack(data), np.array(labels)


def forward(X, params):
    return 1 / (1 + np.exp(-np.tanh(X @ params["U"].T + params["b"]) @ params["W"] - params["c"]))


def backprop(X, t, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    y = forward(X, params)
    z_bar = (y - t) / len(y)
    G_bar = np.outer(z_bar, params["W"]) * (1 - H**2)
    loss = np.average(np.where(t == 1, -np.log(y), -np.log(1 - y)))
    return {"c": z_bar.sum(), "W": H.T @ z_bar, "b": G_bar.sum(axis=0), "U": G_bar.T @ X}, loss
