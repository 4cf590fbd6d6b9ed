import numpy as np


def bce(p, q):
    return -np.mean(p * np.log(q) + (1 - p) * np.log(1 - q))


def make_dataset(num_points):
    data, labels = np.zeros((num_points, 2)), np.zeros(num_points)
    for i in range(num_points):
        if i < num_points // 2:
            r = np.random.uniform(0, 2.5)
        else:
            r = np.random.uniform(3.5, 5)
        a = np.random.uniform(0, 2 * np.pi)
        data[i] = r * np.sin(a), r * np.cos(a)
        labels[i] = float(i < num_points // 2)
    return data, labels


def forward(X, params):
    return 1 / (1 + np.exp(-(np.tanh(X @ params["U"].T + params["b"]) @ params["W"] + params["c"])))


def backprop(X, t, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    y = forward(X, params)
    zb = (y - t) / len(X)
    gb = zb[:, None] * params["W"][None, :] * (1 - H**2)
    return {"U": gb.T @ X, "b": gb.sum(0), "W": zb @ H, "c": zb.sum()}, bce(y, t)
