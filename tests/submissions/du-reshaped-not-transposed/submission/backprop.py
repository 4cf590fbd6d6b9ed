import numpy as np


def make_dataset(num_points):
    half = num_points // 2
    polar = [(np.random.uniform(0, 2.5), np.random.uniform(0, 2 * np.pi)) for _ in range(half)]
    polar += [(np.random.uniform(3.5, 5), np.random.uniform(0, 2 * np.pi)) for _ in range(half)]
    return np.array([(r * np.sin(a), r * np.cos(a)) for r, a in polar]), np.array([1] * half + [0] * half)


def forward(X, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    return 1 / (1 + np.exp(-H @ params["W"] - params["c"]))


def backprop(X, t, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    y = forward(X, params)
    e = (y - t) / y.shape[0]
    back = e.reshape(-1, 1) * params["W"].reshape(1, -1) * (1 - H**2)

    dU = X.T @ back
    # got (2, 3) but U is (3, 2)
    dU = dU.reshape(params["U"].shape)

    grads = {"U": dU, "b": back.sum(axis=0), "W": e @ H, "c": e.sum()}
    return grads, np.mean(np.where(t == 1, -np.log(y), -np.log(1 - y)))
