import json
import numpy as np

with open("settings.json") as f:
    settings = json.load(f)

N_HIDDEN = settings["hidden"]


def make_dataset(num_points):
    data = np.zeros((num_points, 2))
    labels = np.zeros(num_points)
    for i in range(num_points):
        r = np.random.uniform(0, 2.5) if i < num_points // 2 else np.random.uniform(3.5, 5)
        a = np.random.uniform(0, 2 * np.pi)
        data[i] = r * np.sin(a), r * np.cos(a)
        labels[i] = i < num_points // 2
    return data, labels


def forward(X, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    return 1 / (1 + np.exp(-(H @ params["W"] + params["c"])))


def backprop(X, t, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    y = forward(X, params)
    zb = (y - t) / len(t)
    gb = np.outer(zb, params["W"]) * (1 - H**2)
    loss = -np.mean(t * np.log(y) + (1 - t) * np.log(1 - y))
    return {"U": gb.T @ X, "b": gb.sum(0), "W": H.T @ zb, "c": zb.sum()}, loss
