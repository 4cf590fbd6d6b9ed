import numpy as np


def make_dataset(num_points):
    data = np.zeros((num_points, 2))
    labels = np.zeros(num_points)
    for i in range(num_points):
        if i < num_points // 2:
            labels[i] = 1
            r = np.random.uniform(0, 2.5)
        else:
            r = np.random.uniform(3.5, 5)
        a = np.random.uniform(0, 2 * np.pi)
        data[i] = r * np.sin(a), r * np.cos(a)
    return data, labels


def hidden_units(X, params):
    h = np.zeros((X.shape[0], 3))
    for j in range(3):
        h[:, j] = np.tanh(params["U"][j, 0] * X[:, 0] + params["U"][j, 1] * X[:, 1] + params["b"][j])
    return h


def output(h, params):
    z = params["W"][0] * h[:, 0] + params["W"][1] * h[:, 1] + params["W"][2] * h[:, 2] + params["c"]
    return 1 / (1 + np.exp(-z))


def forward(X, params):
    return output(hidden_units(X, params), params)


def backprop(X, t, params):
    h = hidden_units(X, params)
    y = output(h, params)
    e = (y - t) / len(X)
    dU, db, dW = np.zeros((3, 2)), np.zeros(3), np.zeros(3)
    for j in range(3):
        dW[j] = np.sum(e * h[:, j])
        g = e * params["W"][j] * (1 - h[:, j] ** 2)
        db[j] = np.sum(g)
        dU[j, 0] = np.sum(g * X[:, 0])
        dU[j, 1] = np.sum(g * X[:, 1])
    loss = -np.mean(t * np.log(y) + (1 - t) * np.log(1 - y))
    return {"U": dU, "b": db, "W": dW, "c": np.sum(e)}, loss
