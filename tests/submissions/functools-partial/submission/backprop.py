import functools

import numpy as np


def _sample(num_points, rings):
    data, labels = [], []
    for label, lo, hi in rings:
        for _ in range(num_points // len(rings)):
            r = np.random.uniform(lo, hi)
            a = np.random.uniform(0.0, 2 * np.pi)
            data.append([r * np.sin(a), r * np.cos(a)])
            labels.append(label)
    return np.array(data), np.array(labels)


def _run(activation, d_activation, X, t, params):
    H = activation(X @ params["U"].T + params["b"])
    z = H @ params["W"] + params["c"]
    y = 1 / (1 + np.exp(-z))
    if t is None:
        return y
    n = X.shape[0]
    loss = np.logaddexp(0, (1 - 2 * t) * z).sum() / n
    z_bar = (y - t) / n
    G_bar = z_bar[:, None] * params["W"] * d_activation(H)
    return {"U": G_bar.T @ X, "b": G_bar.sum(axis=0), "W": z_bar @ H, "c": z_bar.sum()}, loss


make_dataset = functools.partial(_sample, rings=[(1, 0, 2.5), (0, 3.5, 5)])
backprop = functools.partial(_run, np.tanh, lambda h: 1 - h**2)


def _predict(run, X, params):
    return run(X, None, params)


forward = functools.partial(_predict, backprop)
