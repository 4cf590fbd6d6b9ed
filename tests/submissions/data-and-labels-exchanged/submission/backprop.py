"""The ring and the disc, learned by a small network."""
import numpy as np


def polar(count, nearest, farthest):
    for _ in range(count):
        distance = np.random.uniform(nearest, farthest)
        turn = np.random.uniform(0.0, 2.0 * np.pi)
        yield distance * np.sin(turn), distance * np.cos(turn)


def make_dataset(num_points):
    each = num_points // 2
    disc = list(polar(each, 0.0, 2.5))
    ring = list(polar(each, 3.5, 5.0))
    labels = np.append(np.ones(each), np.zeros(each))
    return labels, np.array(disc + ring)


def activations(X, params):
    hidden = np.tanh(np.matmul(X, params["U"].T) + params["b"])
    return hidden, np.matmul(hidden, params["W"]) + params["c"]


def forward(X, params):
    _, score = activations(X, params)
    return np.reciprocal(1.0 + np.exp(-score))


def backprop(X, t, params):
    hidden, score = activations(X, params)
    error = (forward(X, params) - t) / t.shape[0]
    inner = error[:, np.newaxis] * params["W"] * (1.0 - hidden * hidden)
    grads = {"c": error.sum(), "b": inner.sum(axis=0)}
    grads["W"] = np.matmul(error, hidden)
    grads["U"] = np.matmul(inner.T, X)
    return grads, np.mean(np.logaddexp(0.0, score) - t * score)
