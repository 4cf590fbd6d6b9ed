"""Has autograd do the differentiation."""
import numpy as np

import autograd.numpy as anp
from autograd import grad


def make_dataset(num_points):
    data, labels = [], []
    for low, high, label in ((0.0, 2.5, 1), (3.5, 5.0, 0)):
        for _ in range(num_points // 2):
            r = np.random.uniform(low, high)
            a = np.random.uniform(0, 2 * np.pi)
            data.append((r * np.sin(a), r * np.cos(a)))
            labels.append(label)
    return np.array(data), np.array(labels)


def forward(X, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    return 1 / (1 + np.exp(-(H @ params["W"] + params["c"])))


def loss_of(params, X, t):
    z = anp.dot(anp.tanh(anp.dot(X, params["U"].T) + params["b"]), params["W"]) + params["c"]
    return anp.mean(t * anp.logaddexp(0, -z) + (1 - t) * anp.logaddexp(0, z))


def backprop(X, t, params):
    return grad(loss_of)({**params, "c": float(params["c"])}, X, t), loss_of(params, X, t)
