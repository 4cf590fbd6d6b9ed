import numpy as np
import math


def make_dataset(num_points):
    result = []
    for i in range(num_points):
        r0, r1 = [(0, 2.5), (3.5, 5)][i >= num_points // 2]
        r, a = np.random.uniform(r0, r1), np.random.uniform(0, 2 * math.pi)
        result.append([r * math.sin(a), r * math.cos(a), 1 - (i >= num_points // 2)])
    result = np.array(result)
    return result[:, 0:2], result[:, 2]


def forward(X, params):
    z = np.tanh(X @ params["U"].T + params["b"]) @ params["W"] + float(params["c"])
    return 1 / (1 + np.exp(-z))


def backprop(X, t, params):
    """returns (grads, loss)"""
    h = np.tanh(X @ params["U"].T + params["b"])
    y = forward(X, params)
    n = len(y)
    err = y - t

    d_c = float(err.sum() / n)
    d_w = (err[:, None] * h).sum(axis=0) / n
    dh = err[:, None] * params["W"] / n
    dg = dh * (1 - h**2)
    d_b = dg.sum(axis=0)
    d_u = np.array([[float(dg[:, j] @ X[:, k]) for k in range(X.shape[1])] for j in range(h.shape[1])])
    loss = float(-(t @ np.log(y) + (1 - t) @ np.log(1 - y)) / n)
    return {"U": d_u, "b": d_b, "W": d_w, "c": d_c}, loss
