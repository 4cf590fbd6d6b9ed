import numpy as np
from scipy.special import expit


def make_dataset(num_points):
    def one(lo, hi):
        r = np.random.uniform(lo, hi)
        a = np.random.uniform(0, 2 * np.pi)
        return (r * np.sin(a), r * np.cos(a))
    n = num_points // 2
    return np.array([one(0, 2.5) for _ in range(n)] + [one(3.5, 5) for _ in range(n)]), np.repeat([1, 0], n)


def forward(X, params):
    hidden = np.tanh(X @ params["U"].T + params["b"])
    return expit(hidden @ params["W"] + params["c"])


def backprop(X, t, params):
    hidden = np.tanh(X @ params["U"].T + params["b"])
    z = hidden @ params["W"] + params["c"]
    loss = np.mean(t * np.logaddexp(0, -z) + (1 - t) * np.logaddexp(0, z))

    grads = {}
    err = (expit(z) - t) / len(t)
    grads["c"] = err.sum()
    grads["W"] = err @ hidden
    back = err[:, None] @ params["W"][None, :]   # N x 3
    grads["b"] = back.sum(axis=0)
    grads["U"] = back.T @ X
    return grads, loss
