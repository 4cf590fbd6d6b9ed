import sys

import numpy as np


def make_dataset(num_points):
    def draw(low, high):
        r = np.random.uniform(low, high)
        angle = np.random.uniform(high=2 * np.pi)
        return [r * np.sin(angle), r * np.cos(angle)]

    half = num_points // 2
    data = [draw(0, 2.5) for _ in range(half)]
    data.extend(draw(3.5, 5) for _ in range(half))
    return np.array(data), np.array(half * [1] + half * [0])


def forward(X, params):
    return predict_with_hidden(X, **params)[0]


def predict_with_hidden(X, U, b, W, c):
    H = np.tanh(X @ U.T + b)
    return 1 / (1 + np.exp(-(H @ W + c))), H


def backprop(X, t, params):
    y, H = predict_with_hidden(X, **params)
    N, = y.shape
    dz = (y - t) / N
    dg = np.outer(dz, params["W"]) * (1 - H**2)
    loss = -(np.sum(np.log(y) * t) + np.sum(np.log(1 - y) * (1 - t))) / N
    return {"U": dg.T @ X, "b": dg.sum(0), "W": H.T @ dz, "c": dz.sum()}, loss


def main():
    np.random.seed(0)
    X, t = make_dataset(500)
    params = dict(U=np.random.randn(3, 2), b=np.zeros(3), W=np.random.randn(3), c=0)
    for step in range(1001):
        grads, loss = backprop(X, t, params)
        params = {k: v - grads[k] for k, v in params.items()}
        if step % 100 == 0:
            print(step, round(loss, 4))
    return 0


sys.exit(main())
