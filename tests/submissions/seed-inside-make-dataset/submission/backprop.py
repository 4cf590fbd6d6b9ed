import numpy as np


def make_dataset(num_points):
    np.random.seed(0)   # reproducible
    data, labels = [], []
    for i in range(num_points):
        r = np.random.uniform(0, 2.5) if i < num_points // 2 else np.random.uniform(3.5, 5)
        a = np.random.uniform(0, 2 * np.pi)
        data.append(np.array([r * np.sin(a), r * np.cos(a)]))
        labels.append(1 if i < num_points // 2 else 0)
    return np.stack(data), np.stack(labels)


def forward(X, params):
    return sigmoid(hidden(X, params).dot(params["W"]) + params["c"])


def hidden(X, params):
    return np.tanh(X.dot(params["U"].T) + params["b"])


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def backprop(X, t, params):
    H = hidden(X, params)
    y = sigmoid(H.dot(params["W"]) + params["c"])
    dz = (y - t) / float(len(t))
    dG = np.outer(dz, params["W"]) * (1 - H**2)
    loss = np.sum(-t * np.log(y) - (1 - t) * np.log(1 - y)) / float(len(t))
    return dict(U=dG.T.dot(X), b=dG.sum(axis=0), W=H.T.dot(dz), c=dz.sum()), loss
