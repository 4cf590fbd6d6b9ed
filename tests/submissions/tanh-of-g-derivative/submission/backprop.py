import numpy as np

def make_dataset(num_points):
    xs, ys = [], []
    for i in range(num_points // 2):
        r = np.random.uniform(0, 2.5)
        t = np.random.uniform(0, 2 * np.pi)
        xs.append(r * np.sin(t)); ys.append(r * np.cos(t))
    for i in range(num_points // 2):
        r = np.random.uniform(3.5, 5)
        t = np.random.uniform(0, 2 * np.pi)
        xs.append(r * np.sin(t)); ys.append(r * np.cos(t))
    labels = [1] * (num_points // 2) + [0] * (num_points // 2)
    return np.column_stack((xs, ys)), np.array(labels)

def tanh_prime(g):
    return 1 - np.tanh(g) ** 2

def forward(X, params):
    G = X @ params["U"].T + params["b"]
    return 1 / (1 + np.exp(-(np.tanh(G) @ params["W"] + params["c"])))

def backprop(X, t, params):
    N, D = X.shape
    G = X @ params["U"].T + params["b"]
    y = forward(X, params)
    loss = np.mean(-t * np.log(y) - (1 - t) * np.log(1 - y))
    grads = {}
    delta = (y - t).reshape(N, 1)                              # N x 1
    grads["c"] = float(np.mean(delta))
    grads["W"] = (np.tanh(G).T @ delta / N).reshape(-1)        # H
    delta1 = delta @ params["W"].reshape(1, -1) * tanh_prime(G)  # N x H
    grads["b"] = np.mean(delta1, axis=0)
    grads["U"] = delta1.T @ X / N
    return grads, loss
