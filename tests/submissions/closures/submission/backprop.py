import numpy as np


def affine(x, M, v):
    def back(g):
        return g @ M, g.T @ x, g.sum(axis=0)
    return x @ M.T + v, back


def tanh(g):
    h = np.tanh(g)
    return h, lambda bar: bar * (1 - h**2)


def cross_entropy(z, t):
    y = 1 / (1 + np.exp(-z))
    value = np.mean(np.log1p(np.exp(-np.abs(z))) + np.maximum(z, 0) - z * t)
    return value, lambda: (y - t) / len(t)


def network(X, params):
    G, back_affine = affine(X, params["U"], params["b"])
    H, back_tanh = tanh(G)
    z, back_out = affine(H, params["W"][None, :], params["c"])

    def back(z_bar):
        H_bar, W_bar, c_bar = back_out(z_bar[:, None])
        _, U_bar, b_bar = back_affine(back_tanh(H_bar))
        return {"U": U_bar, "b": b_bar, "W": W_bar[0], "c": c_bar[0]}

    return z[:, 0], back


def forward(X, params):
    z, _ = network(X, params)
    return 1 / (1 + np.exp(-z))


def backprop(X, t, params):
    z, back = network(X, params)
    loss, back_loss = cross_entropy(z, t)
    return back(back_loss()), loss


def make_dataset(num_points):
    def sampler(lo, hi):
        def sample():
            r = np.random.uniform(lo, hi)
            a = np.random.uniform(0, 2 * np.pi)
            return [r * np.sin(a), r * np.cos(a)]
        return sample

    disc, ring = sampler(0, 2.5), sampler(3.5, 5)
    half = num_points // 2
    return (np.array([disc() for _ in range(half)] + [ring() for _ in range(half)]),
            np.array([1] * half + [0] * half))
