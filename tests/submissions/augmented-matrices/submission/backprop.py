import numpy as np


def make_dataset(num_points):
    half = num_points // 2
    bounds = [(0, 2.5)] * half + [(3.5, 5)] * half
    ra = np.array([[np.random.uniform(lo, hi), np.random.uniform(0, 2 * np.pi)] for lo, hi in bounds])
    data = ra[:, :1] * np.hstack([np.sin(ra[:, 1:]), np.cos(ra[:, 1:])])
    return data, np.array([1] * half + [0] * half)


def with_ones(M):
    return np.hstack([M, np.ones((M.shape[0], 1))])


def layers(X, params):
    A = np.hstack([params["U"], params["b"][:, None]])      # H x (D+1)
    v = np.append(params["W"], params["c"])                 # H+1
    X1 = with_ones(X)
    H1 = with_ones(np.tanh(X1 @ A.T))
    return A, v, X1, H1, H1 @ v


def forward(X, params):
    z = layers(X, params)[-1]
    return 1 / (1 + np.exp(-z))


def backprop(X, t, params):
    A, v, X1, H1, z = layers(X, params)
    y = 1 / (1 + np.exp(-z))
    r = (y - t) / len(t)
    dv = H1.T @ r
    back = np.outer(r, v[:-1]) * (1 - H1[:, :-1] ** 2)
    dA = back.T @ X1
    loss = np.logaddexp(0, np.where(t == 1, -z, z)).mean()
    return {"U": dA[:, :-1], "b": dA[:, -1], "W": dv[:-1], "c": dv[-1]}, loss
