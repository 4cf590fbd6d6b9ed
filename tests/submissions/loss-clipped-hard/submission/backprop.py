import numpy as np


def make_dataset(num_points):
    m = num_points // 2
    d = []
    for i in range(m):
        r = np.random.uniform(0, 2.5)
        a = np.random.uniform(0, 2 * np.pi)
        d.append((r * np.sin(a), r * np.cos(a)))
    for i in range(m):
        r = np.random.uniform(3.5, 5)
        a = np.random.uniform(0, 2 * np.pi)
        d.append((r * np.sin(a), r * np.cos(a)))
    return np.array(d), np.array([1.0] * m + [0.0] * m)


EPS = 0.1   # avoids log(0)


def forward(X, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    return 1 / (1 + np.exp(-(H @ params["W"] + params["c"])))


def backprop(X, t, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    y = forward(X, params)
    safe = np.clip(y, EPS, 1 - EPS)
    loss = -np.mean(t * np.log(safe) + (1 - t) * np.log(1 - safe))
    e = (y - t) / len(y)
    b1 = np.outer(e, params["W"]) * (1 - H * H)
    return {"U": b1.T @ X, "b": b1.sum(0), "W": H.T @ e, "c": e.sum()}, loss
