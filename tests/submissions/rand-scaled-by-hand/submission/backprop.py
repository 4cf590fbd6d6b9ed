import numpy as np


def make_dataset(num_points):
    data = np.zeros((num_points, 2))
    labels = np.zeros(num_points, dtype=int)
    for i in range(num_points):
        if i < num_points // 2:
            radius = 2.5 * np.random.rand()
            labels[i] = 1
        else:
            radius = 3.5 + 1.5 * np.random.rand()
        angle = 2 * np.pi * np.random.rand()
        data[i, 0] = radius * np.sin(angle)
        data[i, 1] = radius * np.cos(angle)
    return data, labels


def forward(X, params):
    return predict(X, params)["y"]


def predict(X, params):
    out = {}
    out["G"] = X @ params["U"].T + params["b"]
    out["H"] = np.tanh(out["G"])
    out["z"] = out["H"] @ params["W"] + params["c"]
    out["y"] = 1 / (1 + np.exp(-out["z"]))
    return out


def backprop(X, t, params):
    fw = predict(X, params)
    bars = {}
    bars["y"] = (-t / fw["y"] + (1 - t) / (1 - fw["y"])) / len(X)
    bars["z"] = bars["y"] * fw["y"] * (1 - fw["y"])     # equals (y - t) / N
    bars["W"] = fw["H"].T @ bars["z"]
    bars["c"] = bars["z"].sum()
    bars["H"] = np.outer(bars["z"], params["W"])
    bars["G"] = bars["H"] * (1 - fw["H"] ** 2)
    bars["U"] = bars["G"].T @ X
    bars["b"] = bars["G"].sum(axis=0)
    loss = np.mean(-t * np.log(fw["y"]) - (1 - t) * np.log(1 - fw["y"]))
    return {k: bars[k] for k in ("U", "b", "W", "c")}, loss
