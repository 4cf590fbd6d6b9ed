import numpy as np


def make_dataset(num_points):
    d, l = np.zeros((num_points, 2)), np.zeros(num_points)
    for i in range(num_points):
        if i < num_points // 2:
            r, l[i] = np.random.uniform(0, 2.5), 1
        else:
            r, l[i] = np.random.uniform(3.5, 5), 0
        a = np.random.uniform(0, 2 * np.pi)
        d[i] = r * np.sin(a), r * np.cos(a)
    return d, l


def forward(X, params):
    ys = []
    for x in X:
        h = np.tanh(params["U"].dot(x) + params["b"])
        ys.append(1 / (1 + np.exp(-(params["W"].dot(h) + params["c"]))))
    return np.array(ys)


def backprop(X, t, params):
    grads = {"U": np.zeros_like(params["U"]), "b": np.zeros_like(params["b"]),
             "W": np.zeros_like(params["W"]), "c": 0.0}
    loss = 0.0
    for x, target in zip(X, t):
        h = np.tanh(params["U"].dot(x) + params["b"])
        y = 1 / (1 + np.exp(-(params["W"].dot(h) + params["c"])))
        loss += -(target * np.log(y) + (1 - target) * np.log(1 - y))
        dz = (y - target) / len(X)
        dg = dz * params["W"] * (1 - h**2)
        grads["c"] = dz
        grads["W"] = dz * h
        grads["b"] = dg
        grads["U"] = np.outer(dg, x)
    return grads, loss / len(X)
