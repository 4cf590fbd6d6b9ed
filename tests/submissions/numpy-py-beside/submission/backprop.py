import numpy as np


def make_dataset(num_points):
    half = num_points // 2
    radius_limits = np.array([[0, 2.5]] * half + [[3.5, 5]] * half).reshape(-1, 2)
    data = np.zeros((num_points, 2))
    for i, (lo, hi) in enumerate(radius_limits):
        r = np.random.uniform(lo, hi)
        a = np.random.uniform(0, 2 * np.pi)
        data[i] = r * np.sin(a), r * np.cos(a)
    return data, (np.arange(num_points) < half) * 1


def forward(X, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    return 1 / (1 + np.exp(-(H @ params["W"] + params["c"])))


def backprop(X, t, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    y = 1 / (1 + np.exp(-(H @ params["W"] + params["c"])))
    z_bar = np.true_divide(y - t, len(y))
    W_bar = H.T @ z_bar
    G_bar = z_bar[:, np.newaxis] * params["W"] * (1 - H**2)
    return {
        "U": G_bar.T @ X,
        "b": np.sum(G_bar, 0),
        "W": W_bar,
        "c": np.sum(z_bar),
    }, -np.mean(np.log(np.where(t == 1, y, 1 - y)))
