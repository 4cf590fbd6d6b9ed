import numpy as np


def relu(x):
    return np.maximum(0, x)


def drelu(x):
    return (x > 0).astype(float)


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def make_dataset(num_points):
    X, Y = [], []
    for i in range(num_points // 2):
        rad, ang = np.random.uniform(0, 2.5), np.random.uniform(0, 2 * np.pi)
        X.append([rad * np.sin(ang), rad * np.cos(ang)])
        Y.append(1)
    for i in range(num_points // 2):
        rad, ang = np.random.uniform(3.5, 5), np.random.uniform(0, 2 * np.pi)
        X.append([rad * np.sin(ang), rad * np.cos(ang)])
        Y.append(0)
    return np.array(X), np.array(Y)


def forward(X, params):
    a = X @ params["U"].T + params["b"]
    return sigmoid(relu(a) @ params["W"] + params["c"])


def backprop(X, t, params):
    a = X @ params["U"].T + params["b"]
    h = relu(a)
    p = sigmoid(h @ params["W"] + params["c"])
    p_safe = np.clip(p, 1e-12, 1 - 1e-12)
    loss = -np.mean(t * np.log(p_safe) + (1 - t) * np.log(1 - p_safe))
    dp = (p - t) / len(t)
    da = dp[:, None] * params["W"][None, :] * drelu(a)
    return {"U": da.T @ X, "b": da.sum(0), "W": h.T @ dp, "c": dp.sum()}, loss
