import numpy as np


def make_dataset(num_points):
    n1 = num_points // 2
    data = np.zeros((num_points, 2))
    labels = np.concatenate((np.ones(n1, int), np.zeros(num_points - n1, int)))
    for i, lab in enumerate(labels):
        r = np.random.uniform(0, 2.5) if lab == 1 else np.random.uniform(3.5, 5)
        alpha = np.random.uniform(0, 2 * np.pi)
        data[i, 0], data[i, 1] = r * np.sin(alpha), r * np.cos(alpha)
    return data, labels


def stable_sigmoid(z):
    s = np.zeros(z.shape)
    pos = z >= 0
    neg = ~pos
    s[pos] = 1 / (1 + np.exp(-z[pos]))
    tmp = np.exp(z[neg])
    s[neg] = tmp / (1 + tmp)
    return s


def softplus(z):
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))


def forward(X, params):
    H = np.tanh(np.matmul(X, params["U"].T) + params["b"])
    return stable_sigmoid(np.matmul(H, params["W"]) + params["c"])


def backprop(X, t, params):
    N = X.shape[0]
    H = np.tanh(np.matmul(X, params["U"].T) + params["b"])
    z = np.matmul(H, params["W"]) + params["c"]
    loss = (t * softplus(-z) + (1 - t) * softplus(z)).mean()

    dz = (stable_sigmoid(z) - t) / N
    dH = np.matmul(dz[:, np.newaxis], params["W"][np.newaxis, :])
    dG = dH - dH * H ** 2
    grads = {"W": np.matmul(dz, H), "c": dz.sum(), "b": dG.sum(axis=0), "U": np.matmul(dG.T, X)}
    return grads, loss
