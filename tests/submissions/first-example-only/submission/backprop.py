import numpy as np


def make_dataset(num_points):
    labels = np.array([1] * (num_points // 2) + [0] * (num_points // 2))
    data = np.zeros((num_points, 2))
    for i, lab in enumerate(labels):
        radius = np.random.uniform(0, 2.5) if lab else np.random.uniform(3.5, 5)
        angle = np.random.uniform(0, 2 * np.pi)
        data[i] = [radius * np.sin(angle), radius * np.cos(angle)]
    return data, labels


def forward(X, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    return 1 / (1 + np.exp(-(H @ params["W"] + params["c"])))


def backprop(X, t, params):
    U, b, W, c = params["U"], params["b"], params["W"], params["c"]
    dU, db, dW, dc, loss = 0, 0, 0, 0, 0
    n = len(X)
    for i in range(n):
        h = np.tanh(U @ X[i] + b)
        y = 1 / (1 + np.exp(-(W @ h + c)))
        loss -= t[i] * np.log(y) + (1 - t[i]) * np.log(1 - y)
        e = y - t[i]
        dc = dc + e
        dW = dW + e * h
        db = db + e * W * (1 - h**2)
        dU = dU + np.outer(e * W * (1 - h**2), X[i])
        return {"U": dU / n, "b": db / n, "W": dW / n, "c": dc / n}, loss / n
