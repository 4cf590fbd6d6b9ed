import numpy as np


def make_dataset(num_points):
    data = np.zeros((num_points, 2))
    labels = np.zeros(num_points, dtype=int)
    for i in range(num_points):
        alpha = np.random.uniform(0, 2 * np.pi)
        direction = np.array([np.sin(alpha), np.cos(alpha)])
        if i < num_points // 2:
            data[i] = np.random.uniform(0, 2.5) * direction
            labels[i] = 1
        else:
            data[i] = np.random.uniform(3.5, 5) * direction
    return data, labels


def forward(X, params):
    layer1 = np.tanh(X @ params["U"].T + params["b"])
    layer2 = 1 / (1 + np.exp(-(layer1 @ params["W"] + params["c"])))
    return layer2


def backprop(X, t, params):
    layer1 = np.tanh(X @ params["U"].T + params["b"])
    layer2 = 1 / (1 + np.exp(-(layer1 @ params["W"] + params["c"])))
    n = X.shape[0]
    layer2_error = (layer2 - t) / n
    layer1_error = layer2_error[:, None] * params["W"] * (1 - layer1**2)
    loss = -np.sum(t * np.log(layer2) + (1 - t) * np.log(1 - layer2)) / n
    grads = {
        "U": layer1_error.T @ X,
        "b": layer1_error.sum(axis=0),
        "W": layer1.T @ layer2_error,
        "c": layer2_error.sum(),
    }
    return grads, loss
