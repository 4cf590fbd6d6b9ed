import numpy as np
from scipy.special import expit


def make_dataset(num_points):
    n = num_points // 2
    radius = np.concatenate([np.random.uniform(0, 2.5, n), np.random.uniform(3.5, 5, n)])
    angle = np.random.uniform(0, 2 * np.pi, 2 * n)
    data = np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1)
    return data, np.concatenate([np.ones(n), np.zeros(n)])


def forward(X, params):
    return expit(np.tanh(X @ params["U"].T + params["b"]) @ params["W"] + params["c"])


def backprop(X, t, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    z = H @ params["W"] + params["c"]
    loss = np.mean(np.logaddexp(0, z) - t * z)
    z_bar = (expit(z) - t) / len(t)
    G_bar = np.outer(z_bar, params["W"]) * (1 - H**2)
    return {"U": G_bar.T @ X, "b": G_bar.sum(0), "W": H.T @ z_bar, "c": z_bar.sum()}, loss
