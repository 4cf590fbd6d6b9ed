import numpy as np


def make_dataset(num_points):
    out = np.empty((num_points, 3))
    for row in range(num_points):
        if row < num_points // 2:
            r, lab = np.random.uniform(0, 2.5), 1
        else:
            r, lab = np.random.uniform(3.5, 5.), 0
        a = np.random.uniform(0, 2 * np.pi)
        out[row] = r * np.sin(a), r * np.cos(a), lab
    return out[:, :2], out[:, 2]


def net(X, params):
    G = (X[:, None, :] * params["U"][None, :, :]).sum(axis=2) + params["b"][None, :]
    H = np.tanh(G)
    z = (H * params["W"][None, :]).sum(axis=1) + params["c"]
    return G, H, z


def sigmoid(z):
    return np.exp(z) / (np.exp(z) + 1)


def forward(X, params):
    return sigmoid(net(X, params)[2])


def backprop(X, t, params):
    G, H, z = net(X, params)
    y = sigmoid(z)
    losses = -t * np.log(y) - (1 - t) * np.log(1 - y)

    # everything per example first: dz (N,), dW (N,H), dG (N,H), dU (N,H,D); then the mean
    dz = y - t
    dW = dz[:, None] * H
    dG = dz[:, None] * params["W"][None, :] * (1 - H**2)
    dU = dG[:, :, None] * X[:, None, :]

    grads = {"U": dU.mean(axis=0), "b": dG.mean(axis=0), "W": dW.mean(axis=0), "c": dz.mean()}
    return grads, losses.mean()
