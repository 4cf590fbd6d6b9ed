import numpy as np


def make_dataset(num_points):
    coords = np.zeros((num_points, 2), dtype=float)
    labels = np.zeros(num_points, dtype=int)
    for idx in range(num_points):
        is_first = idx < num_points // 2
        r = np.random.uniform(0.0, 2.5) if is_first else np.random.uniform(3.5, 5.0)
        th = np.random.uniform(0.0, 2.0 * np.pi)
        coords[idx] = r * np.sin(th), r * np.cos(th)
        labels[idx] = int(is_first)
    return coords, labels


def forward(X, params):
    a = np.tanh(X @ params["U"].T + params["b"])
    out = np.tanh(a @ params["W"] + params["c"])
    return out


def backprop(X, t, params):
    a = np.tanh(X @ params["U"].T + params["b"])
    z = a @ params["W"] + params["c"]
    s = 1 / (1 + np.exp(-z))
    loss = -np.mean(t * np.log(s) + (1 - t) * np.log(1 - s))
    dz = (s - t) / s.size
    da = dz[:, None] * params["W"]
    dpre = da * (1 - a**2)
    return {"U": dpre.T @ X, "b": dpre.sum(axis=0), "W": a.T @ dz, "c": dz.sum()}, loss
