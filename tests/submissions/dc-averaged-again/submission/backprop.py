import numpy as np


def make_dataset(num_points):
    data = np.zeros((num_points, 2))
    labels = np.concatenate((np.ones(num_points // 2), np.zeros(num_points // 2)))
    for i in range(num_points):
        r_range = (0, 2.5) if labels[i] == 1 else (3.5, 5)
        r = np.random.uniform(r_range[0], r_range[1])
        a = np.random.uniform(0, 2 * np.pi)
        data[i, :] = [r * np.sin(a), r * np.cos(a)]
    return data, labels


def sigmoid(z):
    """1/(1+e^-z) without overflow"""
    return np.exp(-np.logaddexp(0, -z))


def forward(X, params):
    return sigmoid(np.tanh(X @ params["U"].T + params["b"]) @ params["W"] + params["c"])


def backprop(X, t, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    z = H @ params["W"] + params["c"]
    zb = (sigmoid(z) - t) / len(X)
    gb = np.outer(zb, params["W"]) * (1 - H**2)
    grads = {"U": gb.T @ X, "b": gb.sum(axis=0), "W": H.T @ zb, "c": np.mean(zb)}
    return grads, np.mean(np.logaddexp(0, -z) * t + np.logaddexp(0, z) * (1 - t))
