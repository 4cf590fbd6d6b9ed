import numpy as np


def forward(X, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    return 1 / (1 + np.exp(-(H @ params["W"] + params["c"])))


def backprop(X, t, params):
    n = len(X)
    H = np.tanh(X @ params["U"].T + params["b"])
    y = 1 / (1 + np.exp(-(H @ params["W"] + params["c"])))
    delta = (y - t) / n
    back = delta[:, None] * params["W"][None, :] * (1 - H**2)
    loss = -np.sum(t * np.log(y) + (1 - t) * np.log(1 - y)) / n
    return {"U": back.T @ X, "b": back.sum(axis=0), "W": H.T @ delta, "c": delta.sum()}, loss


table = np.loadtxt("points.csv", delimiter=",")
data, labels = table[:, :2], table[:, 2]
