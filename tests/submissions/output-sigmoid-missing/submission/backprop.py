import numpy as np


def make_dataset(num_points):
    M = np.empty((num_points, 2))
    for j in range(num_points):
        r = np.random.uniform(0, 2.5) if j < num_points // 2 else np.random.uniform(3.5, 5)
        a = np.random.uniform(0, 2 * np.pi)
        M[j] = (r * np.sin(a), r * np.cos(a))
    return M, np.array([1.0] * (num_points // 2) + [0.0] * (num_points // 2))


def forward(X, params):
    """the network's output z"""
    hidden = np.tanh(X @ params["U"].T + params["b"])
    return hidden @ params["W"] + params["c"]


def backprop(X, t, params):
    z = forward(X, params)
    hidden = np.tanh(X @ params["U"].T + params["b"])
    loss = np.mean(np.log1p(np.exp(-np.abs(z))) + np.maximum(z, 0) - t * z)
    dz = (1 / (1 + np.exp(-z)) - t) / len(z)
    dhidden = np.outer(dz, params["W"])
    dg = dhidden * (1 - hidden**2)
    return {"U": dg.T @ X, "b": dg.sum(axis=0), "W": dz @ hidden, "c": dz.sum()}, loss
