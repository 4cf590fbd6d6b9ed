import numpy as np


def make_dataset(num_points):
    data = np.zeros((num_points, 2))
    labels = np.zeros(num_points)
    for i in range(num_points):
        if i < num_points // 2:
            r = np.random.uniform(0, 2.5)
            labels[i] = 0          # inside
        else:
            r = np.random.uniform(3.5, 5)
            labels[i] = 1          # outside
        a = np.random.uniform(0, 2 * np.pi)
        data[i] = r * np.sin(a), r * np.cos(a)
    return data, labels


def forward(X, params):
    h = np.tanh(np.einsum("ij,kj->ik", X, params["U"]) + params["b"])
    return 1 / (1 + np.exp(-(h @ params["W"] + params["c"])))


def backprop(X, t, params):
    h = np.tanh(np.einsum("ij,kj->ik", X, params["U"]) + params["b"])
    y = forward(X, params)
    n = len(y)
    d2 = (y - t) / n
    d1 = np.einsum("i,k->ik", d2, params["W"]) * (1 - h**2)
    grads = {"U": np.einsum("ik,ij->kj", d1, X), "b": d1.sum(0), "W": np.einsum("i,ik->k", d2, h), "c": d2.sum()}
    return grads, -np.mean(t * np.log(y) + (1 - t) * np.log(1 - y))
