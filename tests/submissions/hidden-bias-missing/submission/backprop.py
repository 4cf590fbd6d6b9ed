import numpy as np


def make_dataset(num_points):
    first = num_points // 2
    data, labels = np.zeros((num_points, 2)), np.zeros(num_points)
    for i in range(num_points):
        labels[i] = i < first
        radius = np.random.uniform(0, 2.5) if i < first else np.random.uniform(3.5, 5)
        angle = np.random.uniform(0, 2 * np.pi)
        data[i] = radius * np.sin(angle), radius * np.cos(angle)
    return data, labels


def layers(X, params):
    G = X @ params["U"].T
    H = np.tanh(G)
    z = H @ params["W"] + params["c"]
    return H, z


def forward(X, params):
    return 1 / (1 + np.exp(-layers(X, params)[1]))


def backprop(X, t, params):
    H, z = layers(X, params)
    y = 1 / (1 + np.exp(-z))
    z_bar = (y - t) / len(t)
    G_bar = np.outer(z_bar, params["W"]) * (1 - H**2)
    loss = np.mean(np.logaddexp(0, z) - t * z)
    return {"U": G_bar.T @ X, "b": G_bar.sum(axis=0), "W": H.T @ z_bar, "c": z_bar.sum()}, loss
