import numpy as np
from activations import dtanh, sigmoid


def make_dataset(num_points):
    half = num_points // 2
    data = np.zeros((num_points, 2))
    for i in range(num_points):
        r = np.random.uniform(0, 2.5) if i < half else np.random.uniform(3.5, 5)
        a = np.random.uniform(0, 2 * np.pi)
        data[i] = r * np.sin(a), r * np.cos(a)
    return data, np.array([1] * half + [0] * half)


def forward(X, params):
    return sigmoid(np.tanh(X @ params["U"].T + params["b"]) @ params["W"] + params["c"])


def backprop(X, t, params):
    G = X @ params["U"].T + params["b"]
    y = forward(X, params)
    d2 = (y - t) / len(t)
    d1 = np.outer(d2, params["W"]) * dtanh(G)
    loss = -np.mean(t * np.log(y) + (1 - t) * np.log(1 - y))
    return {"U": d1.T @ X, "b": d1.sum(0), "W": np.tanh(G).T @ d2, "c": d2.sum()}, loss
