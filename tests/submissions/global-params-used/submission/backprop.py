import numpy as np


def make_dataset(num_points):
    data = np.zeros((num_points, 2))
    labels = np.zeros(num_points)
    for i in range(num_points):
        first = i < num_points // 2
        r = np.random.uniform(0, 2.5) if first else np.random.uniform(3.5, 5)
        a = np.random.uniform(0, 2 * np.pi)
        data[i] = r * np.sin(a), r * np.cos(a)
        labels[i] = first
    return data, labels


np.random.seed(0)
X_train, t_train = make_dataset(500)
U = np.random.randn(3, 2)
b = np.zeros(3)
W = np.random.randn(3)
c = 0


def forward(X, params):
    H = np.tanh(X @ U.T + b)
    return 1 / (1 + np.exp(-(H @ W + c)))


def backprop(X, t, params):
    H = np.tanh(X @ U.T + b)
    y = forward(X, params)
    z_bar = (y - t) / len(X)
    G_bar = np.outer(z_bar, W) * (1 - H**2)
    loss = -np.mean(t * np.log(y) + (1 - t) * np.log(1 - y))
    return {"U": G_bar.T @ X, "b": G_bar.sum(0), "W": H.T @ z_bar, "c": z_bar.sum()}, loss


for i in range(1000):
    grads, loss = backprop(X_train, t_train, None)
    U = U - grads["U"]
    b = b - grads["b"]
    W = W - grads["W"]
    c = c - grads["c"]
print("loss", loss)
