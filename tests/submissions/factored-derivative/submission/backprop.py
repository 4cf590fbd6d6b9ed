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


def run(X, p):
    h = np.tanh(X @ p["U"].T + p["b"])
    return h, h @ p["W"] + p["c"]


def forward(X, params):
    return 1 / (1 + np.exp(-run(X, params)[1]))


def backprop(X, t, params):
    h, z = run(X, params)
    y = 1 / (1 + np.exp(-z))
    losses = np.where(t == 1, -np.log(y), -np.log(1 - y))
    dz = (y - t) / len(X)
    dg = dz[:, np.newaxis] * params["W"] * (1 - h) * (1 + h)
    return {"U": np.dot(dg.T, X), "b": np.sum(dg, axis=0), "W": np.dot(dz, h), "c": np.sum(dz)}, np.mean(losses)
