# everything one number at a time, I wanted to see each step
import math
import numpy as np


def make_dataset(num_points):
    data = np.zeros((num_points, 2))
    labels = np.zeros(num_points, dtype=int)
    for i in range(num_points):
        if i < num_points // 2:
            r = np.random.uniform(0, 2.5)
            labels[i] = 1
        else:
            r = np.random.uniform(3.5, 5)
        phi = np.random.uniform(0, 2 * math.pi)
        data[i, 0] = r * math.sin(phi)
        data[i, 1] = r * math.cos(phi)
    return data, labels


def sigmoid(z):
    if z >= 0:
        return 1 / (1 + math.exp(-z))
    e = math.exp(z)
    return e / (1 + e)


def one_example(x, U, b, W, c):
    h = []
    for j in range(len(b)):
        g = b[j]
        for k in range(len(x)):
            g += U[j][k] * x[k]
        h.append(math.tanh(g))
    z = c
    for j in range(len(h)):
        z += W[j] * h[j]
    return h, z


def forward(X, params):
    U, b, W = params["U"].tolist(), params["b"].tolist(), params["W"].tolist()
    c = float(params["c"])
    y = np.empty(len(X))
    for i, x in enumerate(X.tolist()):
        y[i] = sigmoid(one_example(x, U, b, W, c)[1])
    return y


def backprop(X, t, params):
    U, b, W = params["U"].tolist(), params["b"].tolist(), params["W"].tolist()
    c = float(params["c"])
    N, D, M = len(X), len(U[0]), len(b)
    dU = [[0.0] * D for _ in range(M)]
    db = [0.0] * M
    dW = [0.0] * M
    dc = 0.0
    loss = 0.0
    for x, target in zip(X.tolist(), t.tolist()):
        h, z = one_example(x, U, b, W, c)
        # log(1 + e^s) without overflow
        s = -z if target == 1 else z
        loss += max(s, 0) + math.log1p(math.exp(-abs(s)))
        delta = sigmoid(z) - target
        dc += delta
        for j in range(M):
            dW[j] += delta * h[j]
            back = delta * W[j] * (1 - h[j] * h[j])
            db[j] += back
            for k in range(D):
                dU[j][k] += back * x[k]
    grads = {
        "U": np.array(dU) / N,
        "b": np.array(db) / N,
        "W": np.array(dW) / N,
        "c": dc / N,
    }
    return grads, loss / N
