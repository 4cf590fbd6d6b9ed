import numpy as np


def make_dataset(num_points):
    x, y, labels = [], [], []
    for i in range(num_points):
        radius = np.random.uniform(0, 2.5) if i < num_points // 2 else np.random.uniform(3.5, 5)
        angle = np.random.uniform(0, 2 * np.pi)
        x.append(radius * np.sin(angle))
        y.append(radius * np.cos(angle))
        labels.append(1 if i < num_points // 2 else 0)
    return np.array([x, y]), np.array(labels)


def forward(X, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    return 1 / (1 + np.exp(-(H @ params["W"] + params["c"])))


def backprop(X, t, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    y = forward(X, params)
    delta = (y - t) / y.shape[0]
    hidden_delta = np.outer(delta, params["W"]) * (1 - H * H)
    loss = np.mean(-t * np.log(y) - (1 - t) * np.log(1 - y))
    return {"U": hidden_delta.T @ X, "b": hidden_delta.sum(0), "W": H.T @ delta, "c": delta.sum()}, loss
