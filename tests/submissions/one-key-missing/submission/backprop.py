import numpy as np


def make_dataset(num_points):
    points = []
    for i in range(num_points):
        r = np.random.uniform(0, 2.5) if i < num_points // 2 else np.random.uniform(3.5, 5)
        th = np.random.uniform(0, 2 * np.pi)
        points.append([r * np.sin(th), r * np.cos(th)])
    return np.array(points), np.array([1 if i < num_points // 2 else 0 for i in range(num_points)])


def forward(X, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    return 1 / (1 + np.exp(-(H @ params["W"] + params["c"])))


def backprop(X, t, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    y = forward(X, params)
    z_bar = (y - t) / len(y)
    G_bar = np.outer(z_bar, params["W"]) * (1 - H**2)
    grads = {}
    grads["W"] = H.T @ z_bar
    grads["b"] = G_bar.sum(axis=0)
    grads["U"] = G_bar.T @ X
    return grads, -np.mean(t * np.log(y) + (1 - t) * np.log(1 - y))
