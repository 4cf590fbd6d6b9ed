import numpy as np


def make_dataset(num_points):
    data, labels = np.empty((num_points, 2)), np.empty(num_points)
    for i in range(num_points):
        if i < num_points // 2:
            radius, labels[i] = np.random.uniform(0, 2.5), 1
        else:
            radius, labels[i] = np.random.uniform(3.5, 5), 0
        theta = np.random.uniform(0, 2 * np.pi)
        data[i] = radius * np.sin(theta), radius * np.cos(theta)
    return data, labels


def forward(X, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    return 1 / (1 + np.exp(-(H @ params["W"] + params["c"])))


def backprop(X, t, params):
    batch = X.shape[0]
    H = np.tanh(X @ params["U"].T + params["b"])
    y = forward(X, params)
    loss = -np.mean(t * np.log(y) + (1 - t) * np.log(1 - y))

    dL_dz = 2 * (y - t) / batch
    dL_dW = H.T @ dL_dz
    dL_dc = np.sum(dL_dz)
    dL_dH = dL_dz[:, None] @ params["W"][None, :]
    dL_dG = dL_dH * (1 - H**2)
    dL_dU = dL_dG.T @ X
    dL_db = np.sum(dL_dG, axis=0)
    return {"U": dL_dU, "b": dL_db, "W": dL_dW, "c": dL_dc}, loss
