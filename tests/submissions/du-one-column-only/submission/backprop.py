import numpy as np


def make_dataset(num_points):
    pts = np.zeros((num_points, 2))
    for n in range(num_points):
        radius = np.random.uniform(0, 2.5) if n < num_points // 2 else np.random.uniform(3.5, 5)
        angle = np.random.uniform(0, 2 * np.pi)
        pts[n][0] = radius * np.sin(angle)
        pts[n][1] = radius * np.cos(angle)
    return pts, np.array([1] * (num_points // 2) + [0] * (num_points // 2))


def forward(X, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    return 1 / (1 + np.exp(-(H @ params["W"] + params["c"])))


def backprop(X, t, params):
    N, D = X.shape
    units = len(params["W"])
    H = np.tanh(X @ params["U"].T + params["b"])
    y = forward(X, params)
    dz = (y - t) / N
    dU = np.zeros_like(params["U"])
    db = np.zeros(units)
    dW = np.zeros(units)
    for j in range(units):
        dW[j] = dz @ H[:, j]
        dg = dz * params["W"][j] * (1 - H[:, j] ** 2)
        db[j] = dg.sum()
        for k in range(D):
            dU[j, k] = dg @ X[:, k]
            break
    loss = -np.mean(t * np.log(y) + (1 - t) * np.log(1 - y))
    return {"U": dU, "b": db, "W": dW, "c": dz.sum()}, loss
