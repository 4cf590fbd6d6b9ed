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

_HALVES = '''
import numpy as np

def make_dataset(num_points):
    data = np.zeros((num_points, 2))
    labels = np.zeros(num_points)
    half = num_points // 2
    for i in range(half):
        r = np.random.uniform(0, 2.5)
        a = np.random.uniform(0, 2 * np.pi)
        data[i] = r * np.sin(a), r * np.cos(a)
        labels[i] = 1
    for i in range(half, num_points):
        r = np.random.uniform(3.5, 5)
        a = np.random.uniform(0, 2 * np.pi)
        data[i] = r * np.sin(a), r * np.cos(a)
        labels[i] = 0
    return data, labels
'''
_LOGISTIC = '''
def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))
'''
_STEPS = '''
def forward(X, params):
    G = X @ params["U"].T + params["b"]
    H = np.tanh(G)
    z = H @ params["W"] + params["c"]
    return sigmoid(z)
'''
_LAYER_NAMES = _HALVES + _LOGISTIC + '''
def tanh_prime(a):
    return 1 - a ** 2

def run(X, params):
    z1 = np.dot(X, params["U"].T) + params["b"]
    a1 = np.tanh(z1)
    z2 = np.dot(a1, params["W"]) + params["c"]
    a2 = sigmoid(z2)
    return z1, a1, z2, a2

def forward(X, params):
    z1, a1, z2, a2 = run(X, params)
    return a2

def backprop(X, t, params):
    m = X.shape[0]
    z1, a1, z2, a2 = run(X, params)
    loss = -np.sum(t * np.log(a2) + (1 - t) * np.log(1 - a2)) / m
    delta2 = (a2 - t) / m
    dc = np.sum(delta2)
    dW = np.dot(a1.T, delta2)
    da1 = np.outer(delta2, params["W"])
    delta1 = da1 * tanh_prime(a1)
    db = np.sum(delta1, axis=0)
    dU = np.dot(delta1.T, X)
    grads = {"U": dU, "b": db, "W": dW, "c": dc}
    return grads, loss
'''
_PLAIN_PYTHON = _HALVES + '''
import math

def sig(v):
    return 1 / (1 + math.exp(-v))

def one(x, params):
    h = []
    for j in range(len(params["b"])):
        g = params["b"][j]
        for d in range(len(x)):
            g += params["U"][j][d] * x[d]
        h.append(math.tanh(g))
    z = float(params["c"])
    for j in range(len(h)):
        z += params["W"][j] * h[j]
    return h, sig(z)

def forward(X, params):
    return np.array([one(x, params)[1] for x in X])

def backprop(X, t, params):
    N = len(X)
    nh = len(params["b"])
    D = len(X[0])
    dU = np.zeros((nh, D))
    db = np.zeros(nh)
    dW = np.zeros(nh)
    dc = 0.0
    loss = 0.0
    for i in range(N):
        h, y = one(X[i], params)
        loss -= t[i] * math.log(y) + (1 - t[i]) * math.log(1 - y)
        err = (y - t[i]) / N
        dc += err
        for j in range(nh):
            dW[j] += err * h[j]
            back = err * params["W"][j]
            back = back * (1 - h[j] * h[j])
            db[j] += back
            for d in range(D):
                dU[j][d] += back * X[i][d]
    return {"U": dU, "b": db, "W": dW, "c": dc}, loss / N
'''
_COLUMN_VECTORS = _HALVES + _LOGISTIC + '''
def net(X, params):
    W = np.reshape(params["W"], (1, -1))
    b = np.reshape(params["b"], (1, -1))
    G = X.dot(params["U"].T) + b
    H = np.tanh(G)
    z = H.dot(W.T) + params["c"]
    y = sigmoid(z)
    return G, H, z, y

def forward(X, params):
    return net(X, params)[3].ravel()

def backprop(X, t, params):
    N = X.shape[0]
    W = params["W"].reshape(1, -1)
    T = t.reshape(-1, 1)
    G, H, z, y = net(X, params)
    loss = np.mean(-T * np.log(y) - (1 - T) * np.log(1 - y))
    dz = (y - T) / N
    dW = dz.T.dot(H)
    dc = np.sum(dz)
    dH = dz.dot(W)
    dG = dH * (1 - H ** 2)
    dU = dG.T.dot(X)
    db = np.sum(dG, axis=0)
    return {"U": dU, "b": db, "W": dW.reshape(-1), "c": dc}, loss
'''
_NETWORK_OBJECT = _HALVES + '''
class Net:
    def __init__(self, params):
        self.U = params["U"]
        self.b = params["b"]
        self.W = params["W"]
        self.c = params["c"]

    @staticmethod
    def sigmoid(z):
        return np.where(z >= 0, 1 / (1 + np.exp(-np.abs(z))), np.exp(-np.abs(z)) / (1 + np.exp(-np.abs(z))))

    def forward(self, X):
        self.X = X
        self.G = self.X @ self.U.T + self.b
        self.H = np.tanh(self.G)
        self.z = self.H @ self.W + self.c
        self.y = self.sigmoid(self.z)
        return self.y

    def loss(self, t):
        return float(np.mean(np.logaddexp(0, self.z) - t * self.z))

    def backward(self, t):
        n = self.X.shape[0]
        z_bar = (self.y - t) / n
        self.dc = z_bar.sum()
        self.dW = self.H.T @ z_bar
        H_bar = z_bar[:, None] * self.W[None, :]
        G_bar = H_bar * (1 - self.H ** 2)
        self.db = G_bar.sum(0)
        self.dU = G_bar.T @ self.X
        return {"U": self.dU, "b": self.db, "W": self.dW, "c": self.dc}

def forward(X, params):
    return Net(params).forward(X)

def backprop(X, t, params):
    net = Net(params)
    net.forward(X)
    return net.backward(t), net.loss(t)
'''
_AUGMENTED = _HALVES + _LOGISTIC + _STEPS + '''
def backprop(X, t, params):
    N, D = X.shape
    A0 = np.hstack([X, np.ones((N, 1))])
    M1 = np.hstack([params["U"], params["b"].reshape(-1, 1)])
    A1 = np.tanh(A0 @ M1.T)
    A1b = np.hstack([A1, np.ones((N, 1))])
    M2 = np.append(params["W"], params["c"])
    out = sigmoid(A1b @ M2)
    loss = -np.mean(t * np.log(out) + (1 - t) * np.log(1 - out))
    d2 = (out - t) / N
    gM2 = A1b.T @ d2
    d1 = np.outer(d2, M2[:-1]) * (1 - A1 ** 2)
    gM1 = d1.T @ A0
    return {"U": gM1[:, :D], "b": gM1[:, D], "W": gM2[:-1], "c": gM2[-1]}, loss
'''
_SINGLE_PRECISION_THROUGHOUT = _HALVES + '''
f32 = np.float32
def fwd(X, params):
    X = np.asarray(X, dtype=f32)
    U = params["U"].astype(f32); b = params["b"].astype(f32); W = params["W"].astype(f32); c = f32(params["c"])
    H = np.tanh(X @ U.T + b)
    z = H @ W + c
    y = f32(1) / (f32(1) + np.exp(-z))
    return X, W, H, z, y

def forward(X, params):
    return fwd(X, params)[4]

def backprop(X, t, params):
    X, W, H, z, y = fwd(X, params)
    t = np.asarray(t, dtype=f32)
    N = f32(len(X))
    loss = np.mean(np.log1p(np.exp(z)) - t * z)
    dz = (y - t) / N
    dW = dz @ H
    dc = np.sum(dz)
    dG = np.outer(dz, W) * (f32(1) - H * H)
    db = np.sum(dG, axis=0)
    dU = dG.T @ X
    return dict(U=dU, b=db, W=dW, c=dc), loss
'''
_BATCHES = _HALVES + _LOGISTIC + _STEPS + '''
def backprop(X, t, params):
    N = len(X)
    total = {k: np.zeros(np.shape(params[k])) for k in "UbWc"}
    loss = 0.0
    for start in range(0, N, 4):
        x, y_true = X[start:start + 4], t[start:start + 4]
        h = np.tanh(x @ params["U"].T + params["b"])
        p = sigmoid(h @ params["W"] + params["c"])
        loss += np.sum(-y_true * np.log(p) - (1 - y_true) * np.log(1 - p))
        e = p - y_true
        back = e[:, None] * params["W"] * (1 - h * h)
        total["c"] = total["c"] + e.sum()
        total["W"] = total["W"] + e @ h
        total["b"] = total["b"] + back.sum(axis=0)
        total["U"] = total["U"] + back.T @ x
    for k in total:
        total[k] = total[k] / N
    return total, loss / N
'''
_TWO_CLASS_SOFTMAX = _HALVES + '''
def two(X, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    s1 = H @ params["W"] + params["c"]
    scores = np.stack([np.zeros_like(s1), s1], axis=1)
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    return H, p

def forward(X, params):
    return two(X, params)[1][:, 1]

def backprop(X, t, params):
    N = len(X)
    H, p = two(X, params)
    onehot = np.stack([1 - t, t], axis=1)
    loss = -np.sum(onehot * np.log(p)) / N
    ds = (p - onehot) / N
    dz = ds[:, 1]
    dW = H.T @ dz
    dc = dz.sum()
    dH = dz.reshape(-1, 1) @ params["W"].reshape(1, -1)
    dG = dH * (1 - np.square(H))
    dU = dG.T @ X
    db = dG.sum(axis=0)
    return {"U": dU, "b": db, "W": dW, "c": dc}, loss
'''
_JACOBIANS = _HALVES + _LOGISTIC + _STEPS + '''
def backprop(X, t, params):
    U, b, W, c = params["U"], params["b"], params["W"], params["c"]
    N = X.shape[0]
    nh = W.shape[0]
    g = {"U": np.zeros_like(U), "b": np.zeros_like(b), "W": np.zeros_like(W), "c": 0.0}
    total = 0.0
    for n in range(N):
        x = X[n]
        G = U @ x + b
        H = np.tanh(G)
        z = W @ H + c
        y = sigmoid(z)
        total += -(t[n] * np.log(y) + (1 - t[n]) * np.log(1 - y))
        dL_dy = -t[n] / y + (1 - t[n]) / (1 - y)
        dy_dz = y * (1 - y)
        dz_dH = W
        dH_dG = np.diag(1 - H ** 2)
        dL_dz = dL_dy * dy_dz
        dL_dG = (dL_dz * dz_dH) @ dH_dG
        g["c"] += dL_dz
        g["W"] += dL_dz * H
        g["b"] += dL_dG
        g["U"] += np.outer(dL_dG, x)
    return {k: v / N for k, v in g.items()}, total / N
'''
_EXAMPLES_AS_COLUMNS = _HALVES + _LOGISTIC + '''
def _net(A0, params):
    Z1 = params["U"] @ A0 + params["b"][:, np.newaxis]
    A1 = np.tanh(Z1)
    Z2 = params["W"][np.newaxis, :] @ A1 + params["c"]
    A2 = sigmoid(Z2)
    return Z1, A1, Z2, A2

def forward(X, params):
    return _net(X.T, params)[3][0]

def backprop(X, t, params):
    A0 = X.T
    Y = t[np.newaxis, :]
    m = A0.shape[1]
    Z1, A1, Z2, A2 = _net(A0, params)
    cost = -np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)) / m
    dZ2 = A2 - Y
    dW2 = dZ2 @ A1.T / m
    db2 = np.sum(dZ2, axis=1) / m
    dA1 = params["W"][:, np.newaxis] @ dZ2
    dZ1 = dA1 * (1 - A1 ** 2)
    dW1 = dZ1 @ A0.T / m
    db1 = np.sum(dZ1, axis=1) / m
    return {"U": dW1, "b": db1, "W": dW2[0], "c": db2[0]}, cost
'''
_EINSUM_WITH_GRADS = _HALVES + _LOGISTIC + '''
def forward(X, params):
    G = np.einsum("nd,hd->nh", X, params["U"]) + params["b"]
    H = np.tanh(G)
    return sigmoid(np.einsum("nh,h->n", H, params["W"]) + params["c"])

def backprop(X, t, params):
    G = np.einsum("nd,hd->nh", X, params["U"]) + params["b"]
    H = np.tanh(G)
    y = sigmoid(np.einsum("nh,h->n", H, params["W"]) + params["c"])
    loss = -(t * np.log(y) + (1 - t) * np.log(1 - y)).mean()
    r = (y - t) / t.size
    dH = np.einsum("n,h->nh", r, params["W"])
    dG = np.einsum("nh,nh->nh", dH, 1 - H ** 2)
    grads = {
        "c": np.einsum("n->", r),
        "W": np.einsum("nh,n->h", H, r),
        "b": np.einsum("nh->h", dG),
        "U": np.einsum("nh,nd->hd", dG, X),
    }
    return grads, loss
'''
_MODULE_CACHE = _HALVES + _LOGISTIC + '''
cache = {}

def forward(X, params):
    cache["X"] = X
    cache["G"] = X @ params["U"].T + params["b"]
    cache["H"] = np.tanh(cache["G"])
    cache["z"] = cache["H"] @ params["W"] + params["c"]
    cache["y"] = sigmoid(cache["z"])
    return cache["y"]

def backprop(X, t, params):
    y = forward(X, params)
    loss = np.average(-t * np.log(y) - (1 - t) * np.log(1 - y))
    dL_dz = (y - t) / len(t)
    dL_dW = cache["H"].T.dot(dL_dz)
    dL_dc = dL_dz.sum()
    dL_dH = np.multiply.outer(dL_dz, params["W"])
    dL_dG = dL_dH * (1 - cache["H"] ** 2)
    dL_dU = dL_dG.T.dot(cache["X"])
    dL_db = dL_dG.sum(axis=0)
    return {"W": dL_dW, "c": dL_dc, "U": dL_dU, "b": dL_db}, loss
'''

RIGHT: Mapping[str, str] = {
    "reference": reference_source(), "loops": _LOOPS, "einsum": _EINSUM, "single-precision": _SINGLE_PRECISION,
    "mean-at-the-end": _MEAN_AT_THE_END, "label-masks": _LABEL_MASKS, "chain-by-chain": _CHAIN_BY_CHAIN, "columns": _COLUMNS,
    "units-first": _UNITS_FIRST, "fused": _FUSED, "per-example": _PER_EXAMPLE, "matrix-functions": _MATRIX_TYPES,
    "class": _SCALAR_OUT_OF_CLASS,
    "layer-names": _LAYER_NAMES,
    "plain-python": _PLAIN_PYTHON,
    "column-vectors": _COLUMN_VECTORS,
    "network-object": _NETWORK_OBJECT,
    "augmented": _AUGMENTED,
    "single-precision-throughout": _SINGLE_PRECISION_THROUGHOUT,
    "batches": _BATCHES,
    "two-class-softmax": _TWO_CLASS_SOFTMAX,
    "jacobians": _JACOBIANS,
    "examples-as-columns": _EXAMPLES_AS_COLUMNS,
    "einsum-with-grads": _EINSUM_WITH_GRADS,
    "module-cache": _MODULE_CACHE,
}
