import numpy as np


def make_dataset(num_points):
    data, labels = [], []
    i = 0
    while i < num_points:
        if i < num_points // 2:
            r = np.random.uniform(0, 2.5)
            labels.append(1)
        else:
            r = np.random.uniform(3.5, 5)
            labels.append(0)
        a = np.random.uniform(0, 2 * np.pi)
        data.append((r * np.sin(a), r * np.cos(a)))
        i += 1
    return np.array(data), np.array(labels)


def forward(X, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    z = H @ params["W"]
    return 1 / (1 + np.exp(-z))


def backprop(X, t, params):
    N = len(X)
    G = X @ params["U"].T + params["b"]
    H = np.tanh(G)
    z = H @ params["W"] + params["c"]
    y = 1 / (1 + np.exp(-z))
    E = -np.sum(t * np.log(y) + (1 - t) * np.log(1 - y)) / N
    z_bar = (y - t) / N
    H_bar = np.outer(z_bar, params["W"])
    G_bar = H_bar * (1 - H**2)
    return {"U": G_bar.T @ X, "b": G_bar.sum(0), "W": H.T @ z_bar, "c": z_bar.sum()}, E
