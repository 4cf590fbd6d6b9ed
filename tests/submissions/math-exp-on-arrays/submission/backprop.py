import numpy as np
from numpy import *
from math import *


def make_dataset(num_points):
    data = zeros((num_points, 2))
    labels = zeros(num_points)
    for i in range(num_points):
        r = np.random.uniform(0, 2.5) if i < num_points // 2 else np.random.uniform(3.5, 5)
        a = np.random.uniform(0, 2 * pi)
        data[i] = r * sin(a), r * cos(a)
        labels[i] = 1 if i < num_points // 2 else 0
    return data, labels


def sigmoid(z):
    return 1 / (1 + exp(-z))


def forward(X, params):
    return sigmoid(np.tanh(X @ params["U"].T + params["b"]) @ params["W"] + params["c"])


def backprop(X, t, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    y = sigmoid(H @ params["W"] + params["c"])
    z_bar = (y - t) / len(t)
    G_bar = outer(z_bar, params["W"]) * (1 - H**2)
    loss = -mean(t * np.log(y) + (1 - t) * np.log(1 - y))
    return {"U": G_bar.T @ X, "b": sum(G_bar, axis=0), "W": H.T @ z_bar, "c": z_bar.sum()}, loss
