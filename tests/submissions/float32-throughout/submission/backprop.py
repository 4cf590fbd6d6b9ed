import numpy as np

F = np.float32


def make_dataset(num_points):
    data = np.zeros((num_points, 2), dtype=F)
    labels = np.zeros(num_points, dtype=F)
    for i in range(num_points):
        if i < num_points // 2:
            labels[i] = 1
            r = np.random.uniform(0, 2.5)
        else:
            r = np.random.uniform(3.5, 5)
        a = np.random.uniform(0, 2 * np.pi)
        data[i] = r * np.sin(a), r * np.cos(a)
    return data, labels


def cast(X, params):
    return (np.asarray(X, dtype=F), np.asarray(params["U"], dtype=F), np.asarray(params["b"], dtype=F),
            np.asarray(params["W"], dtype=F), F(params["c"]))


def forward(X, params):
    X, U, b, W, c = cast(X, params)
    z = np.tanh(X @ U.T + b) @ W + c
    return F(1) / (F(1) + np.exp(-z))


def backprop(X, t, params):
    X, U, b, W, c = cast(X, params)
    t = np.asarray(t, dtype=F)
    n = F(len(X))
    H = np.tanh(X @ U.T + b)
    z = H @ W + c
    loss = np.mean(t * np.logaddexp(F(0), -z) + (1 - t) * np.logaddexp(F(0), z))
    d = (F(1) / (F(1) + np.exp(-z)) - t) / n
    dG = np.outer(d, W) * (F(1) - H * H)
    return {"U": dG.T @ X, "b": dG.sum(axis=0), "W": H.T @ d, "c": d.sum()}, loss
