import numpy as np


def make_dataset(num_points):
    n = num_points // 2
    data = np.zeros((2 * n, 2))
    for k in range(2 * n):
        r = np.random.uniform(0, 2.5) if k < n else np.random.uniform(3.5, 5)
        a = np.random.uniform(0, 2 * np.pi)
        data[k] = r * np.sin(a), r * np.cos(a)
    return data, np.repeat([1, 0], n)


def forward(X, params):
    hidden_layer = np.tanh(np.dot(X, params["U"].T) + params["b"])
    return 1 / (1 + np.exp(-(np.dot(hidden_layer, params["W"]) + params["c"])))


def backprop(X, t, params):
    hidden_layer = np.tanh(np.dot(X, params["U"].T) + params["b"])
    output = forward(X, params)
    total_loss = 0.0
    total_loss -= np.sum(np.log(output[t == 1]))
    total_loss -= np.sum(np.log(1 - output[t == 0]))

    error = output - t
    hidden_error = error[:, None] * params["W"] * (1 - hidden_layer ** 2)
    total = {
        "U": np.dot(hidden_error.T, X),
        "b": np.sum(hidden_error, axis=0),
        "W": np.dot(hidden_layer.T, error),
        "c": np.sum(error),
    }
    return {name: g / X.shape[0] for name, g in total.items()}, total_loss / X.shape[0]
