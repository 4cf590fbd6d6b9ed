"""Right solutions as different people write them: none may raise an alarm, and each can be mutated.

What may live here: whole sources that compute what the assignment asks, each in another style.
"""
from __future__ import annotations

from collections.abc import Mapping

from grader.selftest.mutants import reference_source

_DATASET = '''
import numpy as np

def make_dataset(num_points):
    data = np.zeros((num_points, 2))
    labels = np.zeros(num_points)
    for i in range(num_points):
        inner = i < num_points // 2
        r = np.random.uniform(0, 2.5) if inner else np.random.uniform(3.5, 5)
        a = np.random.uniform(0, 2 * np.pi)
        data[i] = [r * np.sin(a), r * np.cos(a)]
        labels[i] = 1 if inner else 0
    return data, labels
'''
_SIGMOID = '''
def sigmoid(z):
    return 1 / (1 + np.exp(-z))
'''
_FORWARD = '''
def forward(X, params):
    return sigmoid(np.tanh(X @ params["U"].T + params["b"]) @ params["W"] + params["c"])
'''
_HEAD = _DATASET + _SIGMOID + _FORWARD

_LOOPS = _HEAD + '''
def backprop(X, t, params):
    N, D = X.shape
    n_hidden = len(params["b"])
    grads = {k: np.zeros_like(np.asarray(params[k], dtype=float)) for k in ("U", "b", "W")}
    grads["c"] = 0.0
    loss = 0.0
    for i in range(N):
        h = [np.tanh(sum(params["U"][j, d] * X[i, d] for d in range(D)) + params["b"][j]) for j in range(n_hidden)]
        z = sum(params["W"][j] * h[j] for j in range(n_hidden)) + params["c"]
        y = sigmoid(z)
        loss += -(t[i] * np.log(y) + (1 - t[i]) * np.log(1 - y)) / N
        delta = (y - t[i]) / N
        grads["c"] += delta
        for j in range(n_hidden):
            grads["W"][j] += delta * h[j]
            back = delta * params["W"][j] * (1 - h[j] ** 2)
            grads["b"][j] += back
            for d in range(D):
                grads["U"][j, d] += back * X[i, d]
    return grads, loss
'''
_EINSUM = _HEAD + '''
def backprop(X, t, params):
    G = np.einsum("nd,hd->nh", X, params["U"]) + params["b"]
    H = np.tanh(G)
    z = np.einsum("nh,h->n", H, params["W"]) + params["c"]
    y = sigmoid(z)
    dz = (y - t) / len(X)
    dG = np.einsum("n,h,nh->nh", dz, params["W"], 1 - H * H)
    grads = {"c": np.einsum("n->", dz), "W": np.einsum("n,nh->h", dz, H), "b": np.einsum("nh->h", dG),
             "U": np.einsum("nh,nd->hd", dG, X)}
    return grads, -np.mean(t * np.log(y) + (1 - t) * np.log(1 - y))
'''
_SINGLE_PRECISION = _HEAD + '''
def backprop(X, t, params):
    X, t = X.astype(np.float32), t.astype(np.float32)
    p = {k: np.asarray(v, dtype=np.float32) for k, v in params.items()}
    H = np.tanh(X @ p["U"].T + p["b"])
    z = H @ p["W"] + p["c"]
    y = (1 / (1 + np.exp(-z))).astype(np.float32)
    dz = (y - t) / np.float32(len(X))
    dG = np.outer(dz, p["W"]) * (1 - H ** 2)
    loss = np.mean(-t * np.log(y) - (1 - t) * np.log(1 - y))
    return {"U": dG.T @ X, "b": dG.sum(0), "W": H.T @ dz, "c": dz.sum()}, loss
'''
_MEAN_AT_THE_END = _HEAD + '''
def backprop(X, t, params):
    N = len(X)
    H = np.tanh(np.dot(X, params["U"].T) + params["b"])
    y = sigmoid(np.dot(H, params["W"]) + params["c"])
    error = y - t
    delta = error[:, np.newaxis] * params["W"] * (1 - np.power(H, 2))
    grads = {"U": np.dot(delta.T, X) / N, "b": np.mean(delta, axis=0), "W": np.dot(error, H) / N, "c": np.mean(error)}
    loss = np.sum(-t * np.log(y) - (1 - t) * np.log(1 - y)) / N
    return grads, loss
'''
_LABEL_MASKS = _HEAD + '''
def backprop(X, t, params):
    N = X.shape[0]
    H = np.tanh(X @ params["U"].T + params["b"])
    y = sigmoid(H @ params["W"] + params["c"])
    z_bar = np.where(t == 1, -(1 - y), y) / N
    loss = (-np.log(y[t == 1]).sum() - np.log(1 - y[t == 0]).sum()) / N
    G_bar = np.outer(z_bar, params["W"]) * (1 - H) * (1 + H)
    return {"U": G_bar.T @ X, "b": G_bar.sum(axis=0), "W": z_bar @ H, "c": z_bar.sum()}, loss
'''
_CHAIN_BY_CHAIN = _HEAD + '''
def backprop(X, t, params):
    N = X.shape[0]
    G = X @ params["U"].T + params["b"]
    H = np.tanh(G)
    y = sigmoid(H @ params["W"] + params["c"])
    dL_dy = (-t / y + (1 - t) / (1 - y)) / N
    dL_dz = dL_dy * y * (1 - y)
    dL_dH = dL_dz.reshape(-1, 1) @ params["W"].reshape(1, -1)
    dL_dG = dL_dH / np.cosh(G) ** 2
    loss = -np.mean(t * np.log(y) + (1 - t) * np.log(1 - y))
    return {"U": dL_dG.T @ X, "b": np.ones(N) @ dL_dG, "W": H.T @ dL_dz, "c": np.ones(N) @ dL_dz}, loss
'''
_COLUMNS = _HEAD + '''
def backprop(X, t, params):
    N = X.shape[0]
    W = params["W"].reshape(1, -1)
    H = np.tanh(X.dot(params["U"].T) + params["b"])
    y = sigmoid(H.dot(W.T) + params["c"])
    t = t.reshape(-1, 1)
    dz = (y - t) / N
    dG = dz.dot(W) * (1 - H ** 2)
    loss = float(np.mean(-t * np.log(y) - (1 - t) * np.log(1 - y)))
    return {"U": dG.T.dot(X), "b": dG.sum(axis=0), "W": dz.T.dot(H).ravel(), "c": dz.sum()}, loss
'''
_UNITS_FIRST = _HEAD + '''
def backprop(X, t, params):
    A = np.tanh(params["U"] @ X.T + params["b"][:, None])
    y = sigmoid(params["W"] @ A + params["c"])
    dz = (y - t) / t.size
    dA = params["W"][:, None] * dz[None, :]
    dG = dA - dA * A * A
    loss = -(t * np.log(y) + (1 - t) * np.log(1 - y)).mean()
    return {"U": dG @ X, "b": dG.sum(axis=1), "W": A @ dz, "c": np.sum(dz)}, loss
'''
_FUSED = _HEAD + '''
def backprop(X, t, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    z = H @ params["W"] + params["c"]
    y = sigmoid(z)
    stacked = np.hstack([X, np.ones((len(X), 1))])
    both = ((y - t)[:, None] * (1 - H ** 2) * params["W"]).T @ stacked / len(X)
    loss = np.mean(np.logaddexp(0, z) - t * z)
    return {"U": both[:, :-1], "b": both[:, -1], "W": ((y - t) * H.T).mean(axis=1), "c": (y - t).mean()}, loss
'''
_PER_EXAMPLE = _HEAD + '''
def backprop(X, t, params):
    total = {"U": 0.0, "b": 0.0, "W": 0.0, "c": 0.0}
    losses = []
    for x, label in zip(X, t):
        h = np.tanh(params["U"] @ x + params["b"])
        y = sigmoid(params["W"] @ h + params["c"])
        losses.append(-np.log(y if label else 1 - y))
        delta = y - label
        g = delta * params["W"] * (1 - h ** 2)
        for key, value in zip("UbWc", (np.outer(g, x), g, delta * h, delta)):
            total[key] = total[key] + value
    return {key: value / len(X) for key, value in total.items()}, sum(losses) / len(X)
'''
_MATRIX_TYPES = _HEAD + '''
def backprop(X, t, params):
    N = len(t)
    H = np.tanh(np.matmul(X, np.transpose(params["U"])) + params["b"])
    y = sigmoid(np.matmul(H, params["W"]) + params["c"])
    z_bar = np.multiply(1.0 / N, np.subtract(y, t))
    H_bar = np.multiply.outer(z_bar, params["W"])
    G_bar = np.multiply(H_bar, np.subtract(1.0, np.square(H)))
    loss = np.average(-np.multiply(t, np.log(y)) - np.multiply(1 - t, np.log(1 - y)))
    return {"U": np.tensordot(G_bar, X, axes=(0, 0)), "b": np.add.reduce(G_bar), "W": np.tensordot(z_bar, H, axes=(0, 0)),
            "c": np.add.reduce(z_bar)}, loss
'''
_SCALAR_OUT_OF_CLASS = _HEAD + '''
class Network:
    def __init__(self, params):
        self.__dict__.update(params)

    def run(self, X):
        self.X, self.hidden = X, np.tanh(X @ self.U.T + self.b)
        self.output = sigmoid(self.hidden @ self.W + self.c)
        return self.output

    def back(self, t):
        d = (self.output - t) / len(t)
        e = d[:, None] * self.W[None, :] * (1 - self.hidden ** 2)
        return dict(U=e.T @ self.X, b=e.sum(0), W=d @ self.hidden, c=d.sum())

def backprop(X, t, params):
    network = Network(params)
    y = network.run(X)
    return network.back(t), np.mean(-t * np.log(y) - (1 - t) * np.log(1 - y))
'''

RIGHT: Mapping[str, str] = {
    "reference": reference_source(), "loops": _LOOPS, "einsum": _EINSUM, "single-precision": _SINGLE_PRECISION,
    "mean-at-the-end": _MEAN_AT_THE_END, "label-masks": _LABEL_MASKS, "chain-by-chain": _CHAIN_BY_CHAIN, "columns": _COLUMNS,
    "units-first": _UNITS_FIRST, "fused": _FUSED, "per-example": _PER_EXAMPLE, "matrix-functions": _MATRIX_TYPES,
    "class": _SCALAR_OUT_OF_CLASS,
}
