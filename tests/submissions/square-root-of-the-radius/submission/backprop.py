import numpy as np


def ring_point(r1, r2):
    # sqrt so that the points are uniform over the area
    r = np.sqrt(np.random.uniform(r1**2, r2**2))
    a = np.random.uniform(0, 2 * np.pi)
    return [r * np.sin(a), r * np.cos(a)]


def make_dataset(num_points):
    half = num_points // 2
    data = np.array([ring_point(0, 2.5) for _ in range(half)] + [ring_point(3.5, 5) for _ in range(half)])
    return data, np.array([1] * half + [0] * half)


def forward(X, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    return 1 / (1 + np.exp(-(H @ params["W"] + params["c"])))


def backprop(X, t, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    y = forward(X, params)
    dz = (y - t) / len(y)
    dG = dz[:, None] * params["W"] * (1 - H**2)
    loss = -np.mean(np.where(t == 1, np.log(y), np.log(1 - y)))
    return {"U": dG.T @ X, "b": dG.sum(axis=0), "W": H.T @ dz, "c": dz.sum()}, loss
