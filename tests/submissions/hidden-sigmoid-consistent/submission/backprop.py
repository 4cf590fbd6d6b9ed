import numpy as np


def make_dataset(num_points):
    half = num_points // 2
    d = np.zeros((num_points, 2))
    for i in range(num_points):
        if i < half:
            r = np.random.uniform(0, 2.5)
        else:
            r = np.random.uniform(3.5, 5)
        fi = np.random.uniform(0, 2 * np.pi)
        d[i] = r * np.sin(fi), r * np.cos(fi)
    return d, np.array([1] * half + [0] * half)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def forward(X, params):
    H = sigmoid(X @ params["U"].T + params["b"])
    return sigmoid(H @ params["W"] + params["c"])


def backprop(X, t, params):
    n = len(X)
    H = sigmoid(X @ params["U"].T + params["b"])
    y = sigmoid(H @ params["W"] + params["c"])
    loss = -(t * np.log(y) + (1 - t) * np.log(1 - y)).sum() / n
    d_out = (y - t) / n
    d_hid = np.outer(d_out, params["W"]) * H * (1 - H)
    return {"W": H.T @ d_out, "c": d_out.sum(), "U": d_hid.T @ X, "b": d_hid.sum(axis=0)}, loss
