import numpy as np


def circle(n, rmin, rmax):
    out = np.zeros((n, 2))
    for i in range(n):
        r = np.random.uniform(rmin, rmax)
        a = np.random.uniform(0, 2 * np.pi)
        out[i] = r * np.sin(a), r * np.cos(a)
    return out


def make_dataset(num_points):
    per_class = num_points // 4
    data = np.concatenate([circle(per_class, 0, 2.5), circle(per_class, 3.5, 5)])
    labels = np.concatenate([np.ones(per_class), np.zeros(per_class)])
    return data, labels


def forward(X, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    return 1 / (1 + np.exp(-(H @ params["W"] + params["c"])))


def backprop(X, t, params):
    N, D = X.shape
    H = np.tanh(X @ params["U"].T + params["b"])
    y = forward(X, params)
    zb = (y - t) / N
    Gb = np.outer(zb, params["W"]) * (1 - H**2)
    loss = -np.mean(t * np.log(y) + (1 - t) * np.log(1 - y))
    return {"U": Gb.T @ X, "b": np.ones(N) @ Gb, "W": H.T @ zb, "c": np.ones(N) @ zb}, loss
