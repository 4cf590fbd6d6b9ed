import numpy as np


def make_dataset(num_points):
    data = []
    labels = []
    for k in range(num_points):
        r = np.random.uniform(0, 2.5) if k < num_points//2 else np.random.uniform(3.5, 5)
        theta = np.random.uniform(0, 2*np.pi)
        data.append((r*np.sin(theta), r*np.cos(theta)))
        labels.append(k < num_points//2)
    return np.array(data), np.array(labels, dtype=int)


def unpack(params):
    # float32 like on the GPU
    return [np.array(params[k], dtype="float32") for k in ("U", "b", "W", "c")]


def forward(X, params):
    U, b, W, c = unpack(params)
    return 1/(1 + np.exp(-(np.tanh(X@U.T + b)@W + c)))


def backprop(X, t, params):
    U, b, W, c = unpack(params)
    H = np.tanh(X@U.T + b)
    z = H@W + c
    y = 1/(1 + np.exp(-z))
    z_bar = (y - t)/len(X)
    G_bar = np.outer(z_bar, W)*(1 - H**2)
    grads = {"U": G_bar.T@X, "b": G_bar.sum(0), "W": z_bar@H, "c": z_bar.sum()}
    return grads, np.mean(-t*np.log(y) - (1 - t)*np.log(1 - y))
