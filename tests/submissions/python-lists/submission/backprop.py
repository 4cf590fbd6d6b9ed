import numpy as np
from math import exp, log, sin, cos, tanh, pi


def make_dataset(num_points):
    data = []
    labels = []
    for i in range(num_points):
        inside = i < num_points / 2
        radius = np.random.uniform(0, 2.5) if inside else np.random.uniform(3.5, 5)
        angle = np.random.uniform(0, 2 * pi)
        data.append([radius * sin(angle), radius * cos(angle)])
        labels.append(1 if inside else 0)
    return np.array(data), np.array(labels)


def dot(u, v):
    return sum(p * q for p, q in zip(u, v))


def lists(X, params):
    return X.tolist(), params["U"].tolist(), params["b"].tolist(), params["W"].tolist()


def forward(X, params):
    X, U, b, W = lists(X, params)
    out = []
    for x in X:
        hidden = [tanh(dot(row, x) + bias) for row, bias in zip(U, b)]
        out.append(1 / (1 + exp(-(dot(W, hidden) + float(params["c"])))))
    return np.array(out)


def backprop(X, t, params):
    ys = forward(X, params).tolist()
    X, U, b, W = lists(X, params)
    n = len(X)
    z_bars, hiddens, losses = [], [], []
    for x, target, y in zip(X, t.tolist(), ys):
        hiddens.append([tanh(dot(row, x) + bias) for row, bias in zip(U, b)])
        losses.append(-log(y) if target == 1 else -log(1 - y))
        z_bars.append((y - target) / n)

    g_bars = [[zb * w * (1 - h ** 2) for w, h in zip(W, hidden)] for zb, hidden in zip(z_bars, hiddens)]
    columns = list(zip(*g_bars))                 # one tuple per hidden unit
    inputs = list(zip(*X))                       # one tuple per coordinate

    U_bar = [[dot(col, inp) for inp in inputs] for col in columns]
    b_bar = [sum(col) for col in columns]
    W_bar = [dot(z_bars, unit) for unit in zip(*hiddens)]
    c_bar = sum(z_bars)
    grads = {"U": np.array(U_bar), "b": np.array(b_bar), "W": np.array(W_bar), "c": c_bar}
    return grads, sum(losses) / n
