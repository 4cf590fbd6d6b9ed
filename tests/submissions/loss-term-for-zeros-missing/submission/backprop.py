import numpy as np


def make_dataset(num_points):
    data = np.zeros((num_points, 2))
    labels = (np.arange(num_points) < num_points // 2).astype(int)
    for i in range(num_points):
        lo = 0 if labels[i] else 3.5
        hi = 2.5 if labels[i] else 5
        r = lo + (hi - lo) * np.random.random()
        a = 2 * np.pi * np.random.random()
        data[i] = r * np.sin(a), r * np.cos(a)
    return data, labels


def forward(X, params):
    G = np.dot(X, params["U"].T) + params["b"]
    H = np.tanh(G)
    z = np.dot(H, params["W"]) + params["c"]
    return 1 / (1 + np.exp(-z))


def backprop(X, t, params):
    G = np.dot(X, params["U"].T) + params["b"]
    H = np.tanh(G)
    z = np.dot(H, params["W"]) + params["c"]
    y = 1 / (1 + np.exp(-z))
    # categorical cross entropy: -sum t log y
    loss = -np.mean(t * np.log(y))
    dz = (y - t) / len(t)
    dH = np.outer(dz, params["W"])
    dG = dH * (1 - H**2)
    return {"U": np.dot(dG.T, X), "b": dG.sum(axis=0), "W": np.dot(H.T, dz), "c": dz.sum()}, loss
