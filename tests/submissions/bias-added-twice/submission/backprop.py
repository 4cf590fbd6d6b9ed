import numpy as np


def make_dataset(num_points):
    data = np.zeros((num_points, 2))
    labels = np.zeros(num_points)
    for i in range(num_points):
        r = np.random.uniform(0, 2.5) if i < num_points // 2 else np.random.uniform(3.5, 5)
        a = np.random.uniform(0, 2 * np.pi)
        data[i] = [r * np.sin(a), r * np.cos(a)]
    labels[:num_points // 2] = 1
    return data, labels


def linear1(X, params):
    return X @ params["U"].T + params["b"]


def linear2(H, params):
    return H @ params["W"] + params["c"]


def forward(X, params):
    G = linear1(X, params) + params["b"]
    H = np.tanh(G)
    return 1 / (1 + np.exp(-linear2(H, params)))


def backprop(X, t, params):
    H = np.tanh(linear1(X, params))
    z = linear2(H, params)
    y = 1 / (1 + np.exp(-z))
    loss = np.mean(np.maximum(z, 0) - z * t + np.log1p(np.exp(-np.abs(z))))
    z_bar = (y - t) / len(y)
    G_bar = np.outer(z_bar, params["W"]) * (1 - H**2)
    return {"U": G_bar.T @ X, "b": G_bar.sum(0), "W": H.T @ z_bar, "c": z_bar.sum()}, loss
