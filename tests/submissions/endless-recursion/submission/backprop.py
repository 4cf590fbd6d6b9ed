import numpy as np


def make_dataset(num_points):
    data = np.zeros((num_points, 2))
    labels = np.zeros(num_points)
    labels[:num_points // 2] = 1
    for i in range(num_points):
        r = np.random.uniform(0, 2.5) if labels[i] == 1 else np.random.uniform(3.5, 5)
        a = np.random.uniform(0, 2 * np.pi)
        data[i] = r * np.sin(a), r * np.cos(a)
    return data, labels


def forward(X, params):
    return 1 / (1 + np.exp(-(np.tanh(X @ params["U"].T + params["b"]) @ params["W"] + params["c"])))


def backprop(X, t, params):
    # gradient of the rest of the batch, then add the first example
    rest, rest_loss = backprop(X[1:], t[1:], params)
    h = np.tanh(params["U"] @ X[0] + params["b"])
    y = 1 / (1 + np.exp(-(params["W"] @ h + params["c"])))
    dz = (y - t[0]) / len(X)
    dg = dz * params["W"] * (1 - h**2)
    rest["U"] += np.outer(dg, X[0])
    rest["b"] += dg
    rest["W"] += dz * h
    rest["c"] += dz
    return rest, rest_loss - np.log(y if t[0] == 1 else 1 - y)
