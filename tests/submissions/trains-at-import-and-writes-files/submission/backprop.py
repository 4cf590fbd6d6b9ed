import os
import pickle

import matplotlib
import numpy as np
from matplotlib import pyplot as plt

print("backend:", matplotlib.get_backend(), " folder:", os.getcwd())
OUT = "results"
os.makedirs(OUT, exist_ok=True)


def make_dataset(num_points):
    data, labels = [], []
    while len(data) < num_points:
        inside = len(data) < num_points // 2
        radius = np.random.uniform(0, 2.5) if inside else np.random.uniform(3.5, 5)
        angle = np.random.uniform(0, 2 * np.pi)
        data.append([radius * np.sin(angle), radius * np.cos(angle)])
        labels.append(int(inside))
    return np.array(data), np.array(labels)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def forward(X, params):
    return sigmoid(np.tanh(X @ params["U"].T + params["b"]) @ params["W"] + params["c"])


def backprop(X, t, params):
    N = len(t)
    act = np.tanh(X @ params["U"].T + params["b"])
    y = sigmoid(act @ params["W"] + params["c"])
    loss = -np.sum(t * np.log(y) + (1 - t) * np.log(1 - y)) / N
    dy = (y - t) / N
    dact = np.outer(dy, params["W"]) * (1 - act**2)
    return {"W": act.T @ dy, "c": dy.sum(), "U": dact.T @ X, "b": dact.sum(axis=0)}, loss


np.random.seed(0)
X, t = make_dataset(500)
params = {"U": np.random.randn(3, 2), "b": np.zeros(3), "W": np.random.randn(3), "c": 0}
with open(os.path.join(OUT, "loss.txt"), "w") as f:
    for i in range(1000):
        g, loss = backprop(X, t, params)
        f.write(f"{i}\t{loss:.6f}\n")
        for key in g:
            params[key] = params[key] - g[key]

with open(os.path.join(OUT, "params.pkl"), "wb") as f:
    pickle.dump(params, f)
plt.scatter(X[:, 0], X[:, 1], c=t)
plt.savefig(os.path.join(OUT, "data.png"))
plt.close()
print("done, last loss", loss)
