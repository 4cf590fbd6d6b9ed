import numpy as np

total = {}


def make_dataset(num_points):
    data = np.zeros((num_points, 2))
    labels = np.zeros(num_points)
    for i in range(num_points):
        r = np.random.uniform(0, 2.5) if i < num_points // 2 else np.random.uniform(3.5, 5)
        a = np.random.uniform(0, 2 * np.pi)
        data[i] = np.array([np.sin(a), np.cos(a)]) * r
        if i < num_points // 2:
            labels[i] = 1
    return data, labels


def forward(X, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    return 1 / (1 + np.exp(-(H @ params["W"] + params["c"])))


def add(name, value):
    if name in total and np.shape(total[name]) == np.shape(value):
        total[name] = total[name] + value
    else:
        total[name] = value


def backprop(X, t, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    y = forward(X, params)
    N = len(X)
    e = (y - t) / N
    d = np.outer(e, params["W"]) * (1 - H**2)
    add("U", d.T @ X)
    add("b", d.sum(axis=0))
    add("W", H.T @ e)
    add("c", e.sum())
    return dict(total), -np.mean(t * np.log(y) + (1 - t) * np.log(1 - y))
