import numpy as np


def make_dataset(num_points):
    data, labels = [], []
    for i in range(num_points):
        r = np.random.uniform(0, 2.5) if i < num_points // 2 else np.random.uniform(3.5, 5)
        a = np.random.uniform(0, 2 * np.pi)
        data.append([r * np.sin(a), r * np.cos(a)])
        labels.append(1 if i < num_points // 2 else 0)
    return np.array(data), np.array(labels)


def forward(X, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    y = 1 / (1 + np.exp(-(H @ params["W"] + params["c"])))
    print(y)


def backprop(X, t, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    y = 1 / (1 + np.exp(-(H @ params["W"] + params["c"])))
    dz = (y - t) / len(t)
    dG = np.outer(dz, params["W"]) * (1 - H**2)
    print("dU", dG.T @ X)
    print("db", dG.sum(0))
    print("dW", H.T @ dz)
    print("dc", dz.sum())
    print("loss", np.mean(-t * np.log(y) - (1 - t) * np.log(1 - y)))
