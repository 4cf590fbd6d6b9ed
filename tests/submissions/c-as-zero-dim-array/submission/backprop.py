import numpy as np


def make_dataset(num_points):
    n = num_points // 2
    pts = np.zeros((2, n, 2))
    for cls, (a, b) in enumerate([(0, 2.5), (3.5, 5)]):
        for i in range(n):
            r = np.random.uniform(a, b)
            th = np.random.uniform(0, 2 * np.pi)
            pts[cls, i] = r * np.sin(th), r * np.cos(th)
    return pts.reshape(-1, 2), np.array([1, 0]).repeat(n)


def forward(X, params):
    params = {k: np.array(v, dtype=float) for k, v in params.items()}
    H = np.tanh(np.tensordot(X, params["U"], axes=(1, 1)) + params["b"])
    return 1 / (1 + np.exp(-(np.tensordot(H, params["W"], axes=1) + params["c"])))


def backprop(X, t, params):
    params = {k: np.array(v, dtype=float) for k, v in params.items()}
    H = np.tanh(np.tensordot(X, params["U"], axes=(1, 1)) + params["b"])
    y = 1 / (1 + np.exp(-(np.tensordot(H, params["W"], axes=1) + params["c"])))
    z_bar = (y - t) / y.size
    H_bar = np.tensordot(z_bar, params["W"], axes=0)
    G_bar = H_bar * (1 - H ** 2)
    grads = {
        "c": np.tensordot(z_bar, np.ones_like(z_bar), axes=1),
        "W": np.tensordot(z_bar, H, axes=1),
        "b": G_bar.sum(axis=0),
        "U": np.tensordot(G_bar, X, axes=(0, 0)),
    }
    grads = {k: np.array(v) for k, v in grads.items()}
    return grads, np.array(-np.mean(t * np.log(y) + (1 - t) * np.log(1 - y)))
