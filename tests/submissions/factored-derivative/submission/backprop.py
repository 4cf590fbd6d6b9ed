import numpy as np

TWO_PI = 2 * np.pi


def make_dataset(num_points):
    data = []
    for i in range(num_points):
        if i * 2 < num_points:
            r = np.random.uniform(0, 2.5)
        else:
            r = np.random.uniform(3.5, 5)
        a = np.random.uniform(0, TWO_PI)
        data.append([r * np.sin(a), r * np.cos(a)])
    labels = [1 if i * 2 < num_points else 0 for i in range(num_points)]
    return np.array(data), np.array(labels)


def run(x, p):
    h = np.tanh(p["U"] @ x + p["b"])
    return h, p["W"] @ h + p["c"]


def forward(X, params):
    return np.array([1 / (1 + np.exp(-run(x, params)[1])) for x in X])


def backprop(X, t, params):
    grads = {"U": 0, "b": 0, "W": 0, "c": 0}
    loss = 0
    for x, ti in zip(X, t):
        h, z = run(x, params)
        y = 1 / (1 + np.exp(-z))
        loss += -np.log(y) if ti else -np.log(1 - y)
        dz = y - ti
        dg = dz * params["W"] * (1 - h) * (1 + h)
        grads["U"] = grads["U"] + np.outer(dg, x)
        grads["b"] = grads["b"] + dg
        grads["W"] = grads["W"] + dz * h
        grads["c"] = grads["c"] + dz
    for k in grads:
        grads[k] = grads[k] / len(X)
    return grads, loss / len(X)
