import numpy as np


def make_dataset(num_points):
    data = np.zeros((num_points, 2))
    labels = np.zeros(num_points)
    for i in range(num_points):
        if i < num_points // 2:
            r = np.random.uniform(0, 2.5)
            labels[i] = 1
        else:
            r = np.random.uniform(3.5, 5)
        a = np.random.uniform(0, 2 * np.pi)
        data[i][0] = r * np.sin(a)
        data[i][1] = r * np.cos(a)
    return data, labels


def forward(X, params):
    H = np.tanh(np.dot(X, params["U"].T) + params["b"])
    return 1 / (1 + np.exp(-(np.dot(H, params["W"]) + params["c"])))


def backprop(X, t, params):
    m = X.shape[0]
    H = np.tanh(np.dot(X, params["U"].T) + params["b"])
    A = forward(X, params)
    cost = -np.sum(t * np.log(A) + (1 - t) * np.log(1 - A)) / m
    dZ = (A - t) / m
    dW = np.dot(dZ, H)
    dc = np.sum(dZ)
    dG = np.outer(dZ, params["W"]) * (1 - np.power(H, 2))
    dU = np.dot(dG.T, X)
    db = np.sum(dG, axis=0)
    grads = {"dU": dU, "db": db, "dW": dW, "dc": dc}
    return grads, cost
