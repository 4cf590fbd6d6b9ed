import numpy as np


def make_dataset(num_points):
    n = num_points // 2
    pts = [None] * (2 * n)
    for i in range(2 * n):
        r = np.random.uniform(0, 2.5) if i < n else np.random.uniform(3.5, 5)
        a = np.random.uniform(0, 2 * np.pi)
        pts[i] = (r * np.sin(a), r * np.cos(a))
    return np.array(pts), np.array([1] * n + [0] * n)


def forward(X, params):
    return predict(X, params)[1]


def predict(X, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    return H, 1 / (1 + np.exp(-(H @ params["W"] + params["c"])))


def backprop(X, t, params):
    H, y = predict(X, params)
    loss = -np.sum(t * np.log(y) + (1 - t) * np.log(1 - y))
    dz = y - t
    dG = np.outer(dz, params["W"]) * (1 - H**2)
    return {"U": dG.T @ X, "b": dG.sum(axis=0), "W": H.T @ dz, "c": dz.sum()}, loss
