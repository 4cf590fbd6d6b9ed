import numpy as np


def make_dataset(num_points):
    out = []
    for (lo, hi), n in zip([(0, 2.5), (3.5, 5)], [num_points // 2] * 2):
        for _ in range(n):
            r = np.random.uniform(lo, hi)
            a = np.random.uniform(0, 2 * np.pi)
            out.append([r * np.sin(a), r * np.cos(a)])
    return np.array(out), np.concatenate([np.ones(num_points // 2), np.zeros(num_points // 2)])


def forward(X, params):
    W1, b1, W2, b2 = params["U"], params["b"], params["W"], params["c"]
    return 1 / (1 + np.exp(-(np.tanh(X @ W1.T + b1) @ W2 + b2)))


def backprop(X, t, params):
    # W1, b1: first layer, W2, b2: second layer
    W1, b1, W2, b2 = params["U"], params["b"], params["W"], params["c"]
    a1 = np.tanh(X @ W1.T + b1)
    a2 = 1 / (1 + np.exp(-(a1 @ W2 + b2)))
    m = len(t)
    cost = -np.mean(t * np.log(a2) + (1 - t) * np.log(1 - a2))
    d2 = (a2 - t) / m
    d1 = np.outer(d2, W2) * (1 - a1 * a1)
    gW2, gb2 = a1.T @ d2, d2.sum()
    gW1, gb1 = d1.T @ X, d1.sum(axis=0)
    return dict(zip(["U", "W", "b", "c"], [gW1, gb1, gW2, gb2])), cost
