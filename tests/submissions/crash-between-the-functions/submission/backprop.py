import numpy as np


def make_dataset(num_points):
    data, labels = [], []
    for i in range(num_points):
        if i < num_points // 2:
            r = np.random.uniform(0, 2.5)
            labels.append(1)
        else:
            r = np.random.uniform(3.5, 5)
            labels.append(0)
        a = np.random.uniform(0, 2 * np.pi)
        data.append([r * np.sin(a), r * np.cos(a)])
    return np.array(data), np.array(labels)


data, labels = make_dataset(500)


def forward(X, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    return 1 / (1 + np.exp(-(H @ params["W"] + params["c"])))


print("first outputs:", forward(data, param)[:5])


def backprop(X, t, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    y = forward(X, params)
    dz = (y - t) / len(t)
    dG = np.outer(dz, params["W"]) * (1 - H**2)
    loss = -np.mean(t * np.log(y) + (1 - t) * np.log(1 - y))
    return {"U": dG.T @ X, "b": dG.sum(0), "W": H.T @ dz, "c": dz.sum()}, loss
