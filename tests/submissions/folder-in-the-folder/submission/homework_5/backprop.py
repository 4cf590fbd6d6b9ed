import numpy as np


def make_dataset(num_points):
    xs = np.zeros(num_points)
    ys = np.zeros(num_points)
    labels = np.zeros(num_points, dtype=int)
    for i in range(num_points):
        if i < num_points // 2:
            labels[i], radius = 1, np.random.uniform(0, 2.5)
        else:
            labels[i], radius = 0, np.random.uniform(3.5, 5)
        angle = np.random.uniform(0, 2 * np.pi)
        xs[i] = radius * np.sin(angle)
        ys[i] = radius * np.cos(angle)
    return np.array([xs, ys]).T, labels


def forward(X, params):
    U, b, W, c = params["U"], params["b"], params["W"], params["c"]
    return 1 / (1 + np.exp(-(W @ np.tanh(U @ X.T + b[:, None]) + c)))


def backprop(X, t, params):
    U, b, W, c = params["U"], params["b"], params["W"], params["c"]
    h = np.tanh(U @ X.T + b[:, None])        # columns are examples
    y = 1 / (1 + np.exp(-(W @ h + c)))
    d = (y - t) / y.size
    dg = W[:, None] * d[None, :] * (1 - h**2)
    return {"U": dg @ X, "b": dg.sum(1), "W": h @ d, "c": d.sum()}, (-t * np.log(y) - (1 - t) * np.log(1 - y)).mean()
