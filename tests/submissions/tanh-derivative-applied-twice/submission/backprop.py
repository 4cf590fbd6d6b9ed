import numpy as np


def make_dataset(num_points):
    half = num_points // 2
    data = np.zeros((num_points, 2))
    for i in range(num_points):
        r = np.random.uniform(3.5, 5) if i >= half else np.random.uniform(0, 2.5)
        a = np.random.uniform(0, 2 * np.pi)
        data[i] = r * np.sin(a), r * np.cos(a)
    t = np.ones(num_points)
    t[half:] = 0
    return data, t


def dtanh(h):
    return 1 - h * h


def forward(X, params):
    return 1 / (1 + np.exp(-(np.tanh(X @ params["U"].T + params["b"]) @ params["W"] + params["c"])))


def backprop(X, t, params):
    h = np.tanh(X @ params["U"].T + params["b"])
    y = forward(X, params)
    n = y.shape[0]
    loss = -(t * np.log(y) + (1 - t) * np.log(1 - y)).sum() / n
    dz = (y - t) / n
    dh = dz[:, None] * params["W"] * dtanh(h)
    dg = dh * dtanh(h)
    return {"U": dg.T @ X, "b": dg.sum(axis=0), "W": h.T @ dz, "c": dz.sum()}, loss
