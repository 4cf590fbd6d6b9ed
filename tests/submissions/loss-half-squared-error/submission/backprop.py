import numpy as np


def make_dataset(num_points):
    data, labels = [], []
    for i in range(num_points):
        lab = 1 if i < num_points // 2 else 0
        rad = np.random.uniform(0, 2.5) if lab else np.random.uniform(3.5, 5)
        phi = np.random.uniform(0, 2 * np.pi)
        data.append([rad * np.sin(phi), rad * np.cos(phi)])
        labels.append(lab)
    return np.array(data), np.array(labels)


def forward(X, params):
    A1 = np.tanh(X.dot(params["U"].T) + params["b"])
    return 1 / (1 + np.exp(-(A1.dot(params["W"]) + params["c"])))


def backprop(X, t, params):
    A1 = np.tanh(X.dot(params["U"].T) + params["b"])
    y = 1 / (1 + np.exp(-(A1.dot(params["W"]) + params["c"])))
    residual = y - t
    loss = 0.5 * np.mean(residual**2)
    delta2 = residual / len(t)
    delta1 = np.outer(delta2, params["W"]) * (1 - A1**2)
    grads = {}
    grads["U"], grads["b"] = delta1.T.dot(X), delta1.sum(0)
    grads["W"], grads["c"] = A1.T.dot(delta2), delta2.sum()
    return grads, loss
