import numpy as np


def make_dataset(num_points):
    n = num_points // 2
    pts = [None] * (2 * n)
    for i in range(2 * n):
        r = np.random.uniform(0, 2.5) if i < n else np.random.uniform(3.5, 5)
        a = np.random.uniform(0, 2 * np.pi)
        pts[i] = (r * np.sin(a), r * np.cos(a))
    return np.array(pts), np.array([1] * n + [0] * n)


def forward(X, params):
    return np.array([predict(x, params)[1] for x in X])


def predict(x, params):
    h = np.tanh(params["U"] @ x + params["b"])
    return h, 1 / (1 + np.exp(-(params["W"] @ h + params["c"])))


def backprop(X, t, params):
    dU = np.zeros_like(params["U"])
    db = np.zeros_like(params["b"])
    dW = np.zeros_like(params["W"])
    dc = 0.0
    loss = 0.0
    for x, ti in zip(X, t):
        h, y = predict(x, params)
        loss -= ti * np.log(y) + (1 - ti) * np.log(1 - y)
        dz = y - ti
        dc += dz
        dW += dz * h
        dg = dz * params["W"] * (1 - h**2)
        db += dg
        dU += np.outer(dg, x)
    return {"U": dU, "b": db, "W": dW, "c": dc}, loss
