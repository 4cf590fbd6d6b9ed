import sys
import numpy as np


def make_dataset(num_points):
    pts = []
    for i in range(num_points):
        r = np.random.uniform(0, 2.5) if i < num_points // 2 else np.random.uniform(3.5, 5)
        a = np.random.uniform(0, 2 * np.pi)
        pts.append([r * np.sin(a), r * np.cos(a)])
    return np.array(pts), np.repeat([1, 0], num_points // 2)


def forward(X, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    return 1 / (1 + np.exp(-(H @ params["W"] + params["c"])))


def backprop(X, t, params):
    if params["W"].shape != (1, 3):
        print("W must be 1 x 3!")
        sys.exit(1)
    H = np.tanh(X @ params["U"].T + params["b"])
    y = forward(X, params)
    dz = (y - t) / len(t)
    dG = dz[:, None] @ params["W"] * (1 - H**2)
    loss = -np.mean(t * np.log(y) + (1 - t) * np.log(1 - y))
    return {"U": dG.T @ X, "b": dG.sum(0), "W": H.T @ dz, "c": dz.sum()}, loss
