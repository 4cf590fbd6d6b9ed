import numpy as np


def make_dataset(num_points):
    data, labels = [], []
    for i in range(num_points):
        r = np.random.uniform(0, 2.5) if i < num_points // 2 else np.random.uniform(3.5, 5)
        a = np.random.uniform(0, 2 * np.pi)
        data += [[r * np.sin(a), r * np.cos(a)]]
        labels += [int(i < num_points // 2)]
    return np.array(data), np.array(labels)


def match(a, shape):
    """turn a around if it does not fit"""
    return a if a.shape == shape else a.T


def forward(X, params):
    return 1 / (1 + np.exp(-(np.tanh(X @ params["U"].T + params["b"]) @ params["W"] + params["c"])))


def backprop(X, t, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    y = forward(X, params)
    zb = (y - t) / len(y)
    gb = np.outer(zb, params["W"]) * (1 - H**2)
    grads = {"U": match(X.T @ gb, params["U"].shape), "b": gb.sum(0), "W": H.T @ zb, "c": zb.sum()}
    return grads, -np.mean(t * np.log(y) + (1 - t) * np.log(1 - y))
