import numpy as np


def make_dataset(num_points):
    data = np.zeros((num_points, 2))
    for n in range(num_points):
        lo, hi = [0, 2.5] if n < num_points // 2 else [3.5, 5]
        r, a = np.random.uniform(lo, hi), np.random.uniform(0, 2 * np.pi)
        data[n, :] = r * np.sin(a), r * np.cos(a)
    labels = np.ones(num_points)
    labels[num_points // 2:] = 0
    return data, labels


def forward(X, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    return 1 / (1 + np.exp(-(H @ params["W"] + params["c"])))


def backprop(X, t, params):
    m = X.shape[0]
    # forward pass, relu trains faster
    G = X @ params["U"].T + params["b"]
    H = G * (G > 0)
    y = 1 / (1 + np.exp(-(H @ params["W"] + params["c"])))
    loss = np.mean(-t * np.log(y + 1e-12) - (1 - t) * np.log(1 - y + 1e-12))
    # backward pass
    dz = (y - t) / m
    dW = H.T @ dz
    dc = dz.sum()
    dH = np.outer(dz, params["W"])
    dG = dH * (1 - np.tanh(G) ** 2)
    return {"U": dG.T @ X, "b": dG.sum(axis=0), "W": dW, "c": dc}, loss
