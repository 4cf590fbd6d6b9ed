import numpy as np


def make_dataset(num_points):
    x = np.zeros(num_points)
    y = np.zeros(num_points)
    for i in range(num_points):
        r = np.random.uniform(0, 2.5) if i < num_points // 2 else np.random.uniform(3.5, 5)
        a = np.random.uniform(0, 2 * np.pi)
        x[i], y[i] = r * np.sin(a), r * np.cos(a)
    return np.stack([x, y], axis=1), np.array([i < num_points // 2 for i in range(num_points)]).astype(int)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward(X, params):
    return sigmoid(np.tanh(X @ params["U"].T + params["b"]) @ params["W"] + params["c"])


def backprop(X, t, params):
    N = X.shape[0]
    H = np.tanh(X @ params["U"].T + params["b"])
    y = sigmoid(H @ params["W"] + params["c"])
    loss = np.sum(-t * np.log(y) - (1 - t) * np.log(1 - y)) / N
    err = y - t
    g = np.outer(err, params["W"]) * (1 - H**2)
    b_bar = g.sum(axis=0) / N
    W_bar = H.T @ err / N
    X /= N
    return {"U": g.T @ X, "b": b_bar, "W": W_bar, "c": err.sum() / N}, loss
