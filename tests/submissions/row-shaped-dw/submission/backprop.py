import numpy as np


def make_dataset(num_points):
    data = np.zeros((num_points, 2))
    for i in range(num_points):
        r = np.random.uniform(0, 2.5) if i < num_points // 2 else np.random.uniform(3.5, 5)
        a = np.random.uniform(0, 2 * np.pi)
        data[i] = [r * np.sin(a), r * np.cos(a)]
    return data, np.array([1.0] * (num_points // 2) + [0.0] * (num_points // 2))


def forward(X, params):
    W = params["W"].reshape(1, -1)     # a row, as in the maths
    z = W @ np.tanh(params["U"] @ X.T + params["b"][:, None]) + params["c"]
    return (1 / (1 + np.exp(-z)))[0, :]


def backprop(X, t, params):
    W = params["W"].reshape(1, -1)
    N = X.shape[0]
    Ht = np.tanh(params["U"] @ X.T + params["b"][:, None])    # H x N
    z = W @ Ht + params["c"]                                  # 1 x N
    y = 1 / (1 + np.exp(-z))
    L = -np.mean(t * np.log(y) + (1 - t) * np.log(1 - y))
    dz = (y - t) / N                                          # 1 x N
    dW = dz @ Ht.T                                            # 1 x H
    dG = (W.T @ dz) * (1 - Ht**2)                             # H x N
    dU = dG @ X
    db = dG.sum(axis=1)
    return {"U": dU, "b": db, "W": dW, "c": dz.sum()}, L
