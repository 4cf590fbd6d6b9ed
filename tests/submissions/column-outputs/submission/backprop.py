import numpy as np


def make_dataset(num_points):
    data = np.zeros((num_points, 2))
    labels = np.zeros(num_points)
    k = 0
    for lo, hi, lab in [(0, 2.5, 1), (3.5, 5, 0)]:
        for _ in range(num_points // 2):
            r = np.random.uniform(lo, hi)
            a = np.random.uniform(0, 2 * np.pi)
            data[k] = r * np.sin(a), r * np.cos(a)
            labels[k] = lab
            k += 1
    return data, labels


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward(X, params):
    W = params["W"].reshape(-1, 1)
    return sigmoid(np.tanh(X @ params["U"].T + params["b"]) @ W + params["c"])


def backprop(X, t, params):
    W = params["W"].reshape(-1, 1)
    T = t.reshape(-1, 1)
    H = np.tanh(X @ params["U"].T + params["b"])
    Y = forward(X, params)
    dZ = (Y - T) / len(X)
    dG = dZ @ W.T * (1 - H**2)
    loss = -np.mean(T * np.log(Y) + (1 - T) * np.log(1 - Y))
    return {"U": dG.T @ X, "b": dG.sum(axis=0), "W": (H.T @ dZ).reshape(-1), "c": dZ.sum()}, loss
