import numpy as np


def make_dataset(num_points):
    half = num_points // 2
    data = np.array([polar_to_xy(*draw(i < half)) for i in range(num_points)])
    labels = np.array([i < half for i in range(num_points)], dtype=np.float64)
    return data, labels


def draw(inner):
    """(radius, angle) of one random point"""
    r = np.random.uniform(0, 2.5) if inner else np.random.uniform(3.5, 5)
    return r, np.random.uniform(0, 2 * np.pi)


def polar_to_xy(r, a):
    return r * np.sin(a), r * np.cos(a)


def hidden(X, params):
    return np.tanh(X @ params["U"].T + params["b"])


def score(X, params):
    return hidden(X, params) @ params["W"] + params["c"]


def forward(X, params):
    return 1 / (1 + np.exp(-score(X, params)))


def backprop(X, t, params):
    s = 2 * t - 1                     # +1 / -1
    z = score(X, params)
    loss = np.log1p(np.exp(-s * z)).mean()

    # d/dz log(1 + exp(-s z)) = -s / (1 + exp(s z))
    z_bar = -s / (1 + np.exp(s * z)) / len(s)
    H = hidden(X, params)
    G_bar = z_bar[:, None] * (params["W"] * (1 - H * H))
    return {
        "W": (z_bar[:, None] * H).sum(0),
        "c": z_bar.sum(),
        "U": (X.T @ G_bar).T,
        "b": G_bar.sum(0),
    }, loss
