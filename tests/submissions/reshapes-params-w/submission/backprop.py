import numpy as np


def make_dataset(num_points):
    data = np.zeros((0, 2))
    for lo, hi in ((0, 2.5), (3.5, 5)):
        for i in range(num_points // 2):
            r = np.random.uniform(lo, hi)
            a = np.random.uniform(0, 2 * np.pi)
            data = np.vstack([data, [r * np.sin(a), r * np.cos(a)]])
    return data, np.array([1] * (num_points // 2) + [0] * (num_points // 2))


def forward(X, params):
    A = np.tanh(X @ params["U"].T + params["b"])
    z = A @ params["W"].ravel() + params["c"]
    return 1 / (1 + np.exp(-z))


def backprop(X, t, params):
    params["W"] = params["W"].reshape(1, -1)     # row vector like on the sheet
    A = np.tanh(X @ params["U"].T + params["b"])
    Z = A @ params["W"].T + params["c"]          # (N, 1)
    Y = 1 / (1 + np.exp(-Z))
    T = t.reshape(-1, 1)
    loss = -np.mean(T * np.log(Y) + (1 - T) * np.log(1 - Y))
    Zb = (Y - T) / len(T)
    Gb = (Zb @ params["W"]) * (1 - A**2)
    return {"U": Gb.T @ X, "b": Gb.sum(axis=0), "W": (Zb.T @ A)[0], "c": Zb.sum()}, loss
