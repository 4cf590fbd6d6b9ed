import numpy as np


def make_dataset(num_points):
    def sample_ring(n, inner, outer):
        pts = np.zeros((n, 2))
        for i in range(n):
            r = np.random.uniform(inner, outer)
            a = np.random.uniform(0, 2 * np.pi)
            pts[i] = [r * np.sin(a), r * np.cos(a)]
        return pts
    n = num_points // 2
    a = sample_ring(n, 0, 2.5)
    b = sample_ring(n, 3.5, 5)
    return np.vstack([a, b]), np.hstack([np.ones(n), np.zeros(n)])


def forward(X, params):
    return 1 / (1 + np.exp(-(np.tanh(X @ params["U"].T + params["b"]) @ params["W"] + params["c"])))


def backprop(X, t, params):
    H = X @ params["U"].T + params["b"]
    z = H @ params["W"] + params["c"]
    y = 1 / (1 + np.exp(-z))
    loss = np.mean(np.logaddexp(0, z) - t * z)
    z_bar = (y - t) / len(z)
    H_bar = np.outer(z_bar, params["W"])
    U_bar = H_bar.T @ X
    b_bar = H_bar.sum(axis=0)
    return {"U": U_bar, "b": b_bar, "W": H.T @ z_bar, "c": z_bar.sum()}, loss
