import numpy as np


def make_dataset(num_points):
    data, labels = [], []
    for i in range(num_points):
        inside = i < num_points // 2
        rad = np.random.uniform(0, 2.5) if inside else np.random.uniform(3.5, 5)
        ang = np.random.uniform(0, 2 * np.pi)
        data.append([rad * np.sin(ang), rad * np.cos(ang)])
        labels.append(int(inside))
    return np.array(data), np.array(labels)


def forward(X, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    return 1 / (1 + np.exp(-(H @ params["W"] + params["c"])))


def backprop(X, t, params):
    N = len(X)
    H = np.tanh(X @ params["U"].T + params["b"])
    y = forward(X, params)
    loss = -np.mean(t * np.log(y) + (1 - t) * np.log(1 - y))
    z_bar = (y - t) / N
    grads = {}
    grads["W"] = H.T @ z_bar
    grads["c"] = z_bar.sum()
    G_bar = np.outer(z_bar, params["W"]) * (1 - H**2)
    grads["U"] = G_bar.T @ X
    grads["b"] = G_bar.sum(axis=0)
    return grads
