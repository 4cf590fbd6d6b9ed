import functools
import time

import numpy as np

calls = {}


def timed(fn):
    @functools.wraps(fn)
    def wrapper(*args, **kwargs):
        start = time.perf_counter()
        result = fn(*args, **kwargs)
        wrapper.last = time.perf_counter() - start
        return result
    return wrapper


def counted(fn):
    calls[fn.__name__] = 0

    def inner(*args):
        calls[fn.__name__] += 1
        return fn(*args)
    return inner


@timed
def make_dataset(num_points):
    rows = []
    for i in range(num_points):
        r = np.random.uniform(0, 2.5) if i < num_points // 2 else np.random.uniform(3.5, 5)
        a = np.random.uniform(0, 2 * np.pi)
        rows.append((r * np.sin(a), r * np.cos(a)))
    return np.array(rows), np.array([1] * (num_points // 2) + [0] * (num_points // 2))


@counted
def forward(X, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    z = H @ params["W"] + params["c"]
    return 1 / (1 + np.exp(-z))


@timed
@counted
def backprop(X, t, params):
    y = forward(X, params)
    H = np.tanh(X @ params["U"].T + params["b"])
    eps = 1e-15
    loss = -np.mean(t * np.log(y + eps) + (1 - t) * np.log(1 - y + eps))
    zb = (y - t) / len(X)
    gb = np.outer(zb, params["W"]) * (1 - np.square(H))
    return {"U": gb.T @ X, "b": gb.sum(0), "W": H.T @ zb, "c": np.sum(zb)}, loss
