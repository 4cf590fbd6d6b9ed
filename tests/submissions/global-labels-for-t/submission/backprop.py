import numpy as np

num_data = 500


def make_dataset(num_points):
    data = np.zeros((num_points, 2))
    labels = np.zeros(num_points, dtype=int)
    for i in range(num_points):
        inner = i < num_points // 2
        radius = np.random.uniform(0, 2.5) if inner else np.random.uniform(3.5, 5)
        angle = np.random.uniform(0, 2 * np.pi)
        data[i] = radius * np.sin(angle), radius * np.cos(angle)
        labels[i] = 1 if inner else 0
    return data, labels


np.random.seed(0)
data, labels = make_dataset(num_data)


def forward(X, params):
    hidden = np.tanh(X @ params["U"].T + params["b"])
    return 1 / (1 + np.exp(-(hidden @ params["W"] + params["c"])))


def backprop(X, t, params):
    n = len(X)
    hidden = np.tanh(X @ params["U"].T + params["b"])
    y = 1 / (1 + np.exp(-(hidden @ params["W"] + params["c"])))
    target = labels[:n]
    loss = -np.sum(target * np.log(y) + (1 - target) * np.log(1 - y)) / n
    delta = (y - target) / n
    delta_h = delta[:, None] * params["W"] * (1 - hidden**2)
    return {"U": delta_h.T @ X, "b": delta_h.sum(0), "W": hidden.T @ delta, "c": delta.sum()}, loss


params = {"U": np.random.randn(3, 2), "b": np.zeros(3), "W": np.random.randn(3), "c": 0}
for step in range(1000):
    grads, loss = backprop(data, labels, params)
    params = {k: params[k] - 1.0 * grads[k] for k in params}
print("final loss %.3f" % loss)
