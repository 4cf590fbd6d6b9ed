import numpy as np


def make_dataset(num_points):
    data = np.zeros((num_points, 2))
    labels = np.zeros(num_points)
    for i in range(0, num_points):
        r = np.random.uniform(0, 2.5) if i < num_points // 2 else np.random.uniform(3.5, 5)
        angle = np.random.uniform(0, 2 * np.pi)
        data[i] = (r * np.sin(angle), r * np.cos(angle))
        labels[i] = (i < num_points // 2)
    return data, labels


def forward(X, params):
    Y = net(X, params)[1]
    return Y[:, 0]


def net(X, params):
    H = np.tanh(X @ params["U"].T + params["b"].reshape(1, -1))
    return H, 1 / (1 + np.exp(-(H @ params["W"].reshape(-1, 1) + params["c"])))


def backprop(X, t, params):
    H, Y = net(X, params)
    T = t.reshape(-1, 1)
    D2 = (Y - T) / X.shape[0]                               # (N, 1)
    D1 = (D2 @ params["W"].reshape(1, -1)) * (1 - H**2)     # (N, 3)
    grads = {
        "U": (D1.T @ X).flatten(),
        "b": np.sum(D1, axis=0, keepdims=True),
        "W": H.T @ D2,
        "c": np.sum(D2, axis=0),
    }
    return grads, -np.mean(T * np.log(Y) + (1 - T) * np.log(1 - Y))
