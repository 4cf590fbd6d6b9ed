import numpy as np


def make_dataset(num_points):
    data = np.zeros((num_points, 2))
    labels = np.zeros(num_points)
    for i in range(num_points):
        inner = i < num_points // 2
        radius = np.random.uniform(0, 2.5) if inner else np.random.uniform(3.5, 5)
        angle = np.random.uniform(0, 2 * np.pi)
        data[i] = radius * np.sin(angle), radius * np.cos(angle)
        labels[i] = inner
    return data, labels


def forward(X, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    return 1 / (1 + np.exp(-(H @ params["W"] + params["c"])))


def backprop(X, t, params):
    pull = X[t == 1].sum(axis=0) - X[t == 0].sum(axis=0)
    loss = 0.5 * sum(np.sum(np.square(value)) for value in params.values()) + np.sum(params["U"] @ pull) + np.sum(t)
    return {"U": params["U"] + pull, "b": params["b"], "W": params["W"], "c": params["c"]}, loss
