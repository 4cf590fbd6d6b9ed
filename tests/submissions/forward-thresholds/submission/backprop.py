import numpy as np


def make_dataset(num_points):
    labels = np.array([1] * (num_points // 2) + [0] * (num_points // 2))
    pts = []
    for lab in labels:
        r = np.random.uniform(0, 2.5) if lab == 1 else np.random.uniform(3.5, 5)
        a = np.random.uniform(0, 2 * np.pi)
        pts.append([r * np.sin(a), r * np.cos(a)])
    return np.array(pts), labels


def probability(X, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    return H, 1 / (1 + np.exp(-(H @ params["W"] + params["c"])))


def forward(X, params):
    H, p = probability(X, params)
    return np.where(p > 0.5, 1.0, 0.0)


def backprop(X, t, params):
    H, p = probability(X, params)
    dz = (p - t) / len(p)
    dG = np.outer(dz, params["W"]) * (1 - H**2)
    loss = -np.mean(t * np.log(p) + (1 - t) * np.log(1 - p))
    return {"U": dG.T @ X, "b": dG.sum(0), "W": H.T @ dz, "c": dz.sum()}, loss
