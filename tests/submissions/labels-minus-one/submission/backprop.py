import numpy as np


def make_dataset(num_points):
    rows = []
    for lab, (lo, hi) in {1: (0, 2.5), -1: (3.5, 5)}.items():
        for _ in range(num_points // 2):
            r = np.random.uniform(lo, hi)
            w = np.random.uniform(0, 2 * np.pi)
            rows.append([r * np.sin(w), r * np.cos(w), lab])
    rows = np.array(rows)
    return rows[:, :2], rows[:, 2].astype(int)


def forward(X, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    return 1 / (1 + np.exp(-(H @ params["W"] + params["c"])))


def backprop(X, t, params):
    t = np.where(np.asarray(t) > 0, 1, 0)
    H = np.tanh(X @ params["U"].T + params["b"])
    y = forward(X, params)
    zb = (y - t) / len(t)
    Gb = zb.reshape(-1, 1) * params["W"] * (1 - H**2)
    loss = -np.average(t * np.log(y) + (1 - t) * np.log(1 - y))
    return {"U": Gb.T @ X, "b": Gb.sum(axis=0), "W": zb @ H, "c": zb.sum()}, loss
