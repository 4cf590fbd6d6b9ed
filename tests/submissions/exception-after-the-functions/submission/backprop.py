import numpy as np


def make_dataset(num_points):
    data, labels = np.zeros((num_points, 2)), np.zeros(num_points)
    labels[:num_points // 2] = 1
    for row, label in zip(data, labels):
        r = np.random.uniform(0, 2.5) if label else np.random.uniform(3.5, 5)
        a = np.random.uniform(0, np.pi * 2)
        row[:] = r * np.sin(a), r * np.cos(a)
    return data, labels


def forward(X, params):
    g = X @ params["U"].T + params["b"]
    z = np.tanh(g) @ params["W"] + params["c"]
    return 1 / (1 + np.exp(-z))


def backprop(X, t, params):
    g = X @ params["U"].T + params["b"]
    h = np.tanh(g)
    z = h @ params["W"] + params["c"]
    loss = np.mean(t * np.log(1 + np.exp(-z)) + (1 - t) * np.log(1 + np.exp(z)))
    z_bar = (1 / (1 + np.exp(-z)) - t) / len(z)
    h_bar = z_bar[:, None] @ params["W"][None, :]
    g_bar = h_bar * (1 - h * h)
    return {"U": g_bar.T @ X, "b": g_bar.sum(axis=0), "W": h.T @ z_bar, "c": z_bar.sum()}, loss


# compare with the losses from last week
old = np.loadtxt("losses_last_week.txt")
np.random.seed(0)
data, labels = make_dataset(500)
print(old[:10], data.shape)
