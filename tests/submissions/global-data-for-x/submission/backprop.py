import numpy as np
import matplotlib.pyplot as plt


def make_dataset(num_points):
    data, labels = [], []
    for i in range(num_points // 2):
        r = np.random.uniform(0, 2.5)
        a = np.random.uniform(0, 2 * np.pi)
        data.append([r * np.sin(a), r * np.cos(a)])
        labels.append(1)
    for i in range(num_points // 2):
        r = np.random.uniform(3.5, 5)
        a = np.random.uniform(0, 2 * np.pi)
        data.append([r * np.sin(a), r * np.cos(a)])
        labels.append(0)
    return np.array(data), np.array(labels)


def forward(X, params):
    H = np.tanh(np.dot(X, params["U"].T) + params["b"])
    return 1 / (1 + np.exp(-(np.dot(H, params["W"]) + params["c"])))


np.random.seed(0)
data, labels = make_dataset(500)
plt.scatter(data[:, 0], data[:, 1], c=labels)
plt.show()


def backprop(X, t, params):
    H = np.tanh(np.dot(data, params["U"].T) + params["b"])
    y = forward(data, params)
    z_bar = (y - t) / len(t)
    G_bar = np.outer(z_bar, params["W"]) * (1 - H**2)
    loss = np.mean(-t * np.log(y) - (1 - t) * np.log(1 - y))
    return {"U": np.dot(G_bar.T, data), "b": G_bar.sum(0), "W": np.dot(H.T, z_bar), "c": z_bar.sum()}, loss


params = {"U": np.random.randn(3, 2), "b": np.zeros(3), "W": np.random.randn(3), "c": 0}
for step in range(1000):
    grads, loss = backprop(data, labels, params)
    for k in params:
        params[k] = params[k] - grads[k]
    if step % 50 == 0:
        print(step, loss)
