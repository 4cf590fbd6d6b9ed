import numpy as np


def make_dataset(num_points):
    data, labels = [], []
    for _ in range(num_points // 2):
        # one of each
        r = np.random.uniform(0, 2.5)
        a = np.random.uniform(0, 2 * np.pi)
        data.append([r * np.sin(a), r * np.cos(a)])
        labels.append(1)
        r = np.random.uniform(3.5, 5)
        a = np.random.uniform(0, 2 * np.pi)
        data.append([r * np.sin(a), r * np.cos(a)])
        labels.append(0)
    return np.array(data), np.array(labels)


def act(X, params):
    return np.tanh(X @ params["U"].T + params["b"])


def forward(X, params):
    return 1 / (1 + np.exp(-(act(X, params) @ params["W"] + params["c"])))


def backprop(X, t, params):
    a, y, N = act(X, params), forward(X, params), len(X)
    dz = (y - t) / N
    da = np.outer(dz, params["W"])
    dg = da * (1 - a**2)
    return (
        {"U": dg.T @ X, "b": dg.sum(0), "W": a.T @ dz, "c": dz.sum()},
        -(t * np.log(y) + (1 - t) * np.log(1 - y)).sum() / N,
    )
