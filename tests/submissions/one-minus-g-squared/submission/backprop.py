import numpy as np


def make_dataset(num_points):
    angle_max = 2 * np.pi
    rows = []
    for k in range(num_points):
        radius = np.random.uniform(0, 2.5) if k < num_points // 2 else np.random.uniform(3.5, 5)
        angle = np.random.uniform(0, angle_max)
        rows.append([radius * np.sin(angle), radius * np.cos(angle)])
    return np.array(rows), (np.arange(num_points) < num_points // 2).astype(int)


def forward(X, params):
    G = X @ params["U"].T + params["b"]
    return 1 / (1 + np.exp(-(np.tanh(G) @ params["W"] + params["c"])))


def backprop(X, t, params):
    cache = {}
    cache["G"] = X @ params["U"].T + params["b"]
    cache["H"] = np.tanh(cache["G"])
    cache["z"] = cache["H"] @ params["W"] + params["c"]
    cache["y"] = 1 / (1 + np.exp(-cache["z"]))

    loss = np.mean(np.logaddexp(0, cache["z"]) - t * cache["z"])
    bar = {}
    bar["z"] = (cache["y"] - t) / X.shape[0]
    bar["H"] = np.outer(bar["z"], params["W"])
    bar["G"] = bar["H"] * (1 - cache["G"] ** 2)
    grads = {
        "W": cache["H"].T @ bar["z"],
        "c": bar["z"].sum(),
        "U": bar["G"].T @ X,
        "b": bar["G"].sum(axis=0),
    }
    return grads, loss
