import numpy as np


def make_dataset(num_points):
    d, l = np.zeros((num_points, 2)), np.zeros(num_points)
    for i in range(num_points):
        if i < num_points // 2:
            r, l[i] = np.random.uniform(0, 2.5), 1
        else:
            r, l[i] = np.random.uniform(3.5, 5), 0
        a = np.random.uniform(0, 2 * np.pi)
        d[i] = r * np.sin(a), r * np.cos(a)
    return d, l


def forward(X, params):
    return 1 / (1 + np.exp(-(np.tanh(X.dot(params["U"].T) + params["b"]).dot(params["W"]) + params["c"])))


def backprop(X, t, params):
    N = len(X)
    H = np.tanh(X.dot(params["U"].T) + params["b"])
    y = 1 / (1 + np.exp(-(H.dot(params["W"]) + params["c"])))
    loss = -(t * np.log(y) + (1 - t) * np.log(1 - y)).sum() / N
    dz = (y - t) / N
    grads = {}
    for i in range(N - 1, N):
        dg = dz[i] * params["W"] * (1 - H[i] ** 2)
        grads["c"] = dz[i]
        grads["W"] = dz[i] * H[i]
        grads["b"] = dg
        grads["U"] = np.outer(dg, X[i])
    return grads, loss
