import numpy as np


def make_dataset(num_points):
    labels = np.zeros(num_points, dtype=int)
    labels[:num_points // 2] = 1
    data = np.array([sample_point(lab) for lab in labels])
    return data, labels


def sample_point(label):
    r = np.random.uniform(0, 2.5) if label == 1 else np.random.uniform(3.5, 5)
    angle = np.random.uniform(0, 2 * np.pi)
    return r * np.sin(angle), r * np.cos(angle)


def forward(X, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    return 1 / (1 + np.exp(-(H @ params["W"] + params["c"])))


def entropy_bits(y, t):
    """cross entropy as in the information theory lecture"""
    return -np.mean(t * np.log2(y) + (1 - t) * np.log2(1 - y))


def backprop(X, t, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    y = 1 / (1 + np.exp(-(H @ params["W"] + params["c"])))
    N = y.size
    zb = (y - t) / N
    gb = zb[:, None] * params["W"] * (1 - H**2)
    return {"U": gb.T @ X, "b": gb.sum(axis=0), "W": H.T @ zb, "c": zb.sum()}, entropy_bits(y, t)
