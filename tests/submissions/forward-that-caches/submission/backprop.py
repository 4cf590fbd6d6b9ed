import numpy as np

cache = {}


def make_dataset(num_points):
    data = np.zeros((num_points, 2))
    labels = np.zeros(num_points, int)
    idx = 0
    for label, lo, hi in [(1, 0, 2.5), (0, 3.5, 5)]:
        for _ in range(num_points // 2):
            radius = np.random.uniform(lo, hi)
            angle = np.random.uniform(0, 2 * np.pi)
            data[idx] = radius * np.sin(angle), radius * np.cos(angle)
            labels[idx] = label
            idx += 1
    return data, labels


def forward(X, params):
    cache["H"] = np.tanh(X.dot(params["U"].T) + params["b"])
    cache["z"] = cache["H"].dot(params["W"]) + params["c"]
    cache["y"] = 1 / (1 + np.exp(-cache["z"]))
    return cache["y"]


def backprop(X, t, params):
    forward(X, params)              # fills the cache for exactly these arguments
    H, z, y = cache["H"], cache["z"], cache["y"]
    loss = np.mean(np.log(1 + np.exp(-z)) * t + np.log(1 + np.exp(z)) * (1 - t))

    cache["z_bar"] = (y - t) / len(y)
    cache["G_bar"] = np.outer(cache["z_bar"], params["W"]) * (1 - H ** 2)
    grads = {
        "U": cache["G_bar"].T.dot(X),
        "b": cache["G_bar"].sum(axis=0),
        "W": H.T.dot(cache["z_bar"]),
        "c": cache["z_bar"].sum(),
    }
    return grads, loss
