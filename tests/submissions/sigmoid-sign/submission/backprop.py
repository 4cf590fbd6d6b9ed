import numpy as np


def make_dataset(num_points):
    data = np.zeros((num_points, 2))
    labels = np.zeros(num_points)
    for i in range(num_points // 2):
        radius = np.random.uniform(0, 2.5)
        phi = np.random.uniform(0, 2 * np.pi)
        data[i] = radius * np.sin(phi), radius * np.cos(phi)
        labels[i] = 1
    for i in range(num_points // 2, num_points):
        radius = np.random.uniform(3.5, 5)
        phi = np.random.uniform(0, 2 * np.pi)
        data[i] = radius * np.sin(phi), radius * np.cos(phi)
    return data, labels


def forward(X, params):
    z = np.tanh(X @ params["U"].T + params["b"]) @ params["W"] + params["c"]
    return 1 / (1 + np.exp(z))


def backprop(X, t, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    z = H @ params["W"] + params["c"]
    # loss straight from z
    loss = np.mean(t * np.log(1 + np.exp(-z)) + (1 - t) * np.log(1 + np.exp(z)))
    dz = (np.exp(z) / (1 + np.exp(z)) - t) / len(z)
    dG = np.outer(dz, params["W"]) * (1 - H**2)
    return {"U": dG.T @ X, "b": dG.sum(0), "W": H.T @ dz, "c": dz.sum()}, loss
