import numpy as np


def make_dataset(num_points):
    pts, cls = [], []
    for k in range(num_points):
        radius = np.random.uniform(0, 2.5) if k < num_points // 2 else np.random.uniform(3.5, 5)
        angle = np.random.uniform(0, 360)
        pts.append([radius * np.sin(angle), radius * np.cos(angle)])
        cls.append(int(k < num_points // 2))
    return np.array(pts), np.array(cls)


def sigma(z):
    return 1 / (1 + np.exp(-z))


def forward(X, params):
    return sigma(np.tanh(X.dot(params["U"].T) + params["b"]).dot(params["W"]) + params["c"])


def backprop(X, t, params):
    H = np.tanh(X.dot(params["U"].T) + params["b"])
    y = sigma(H.dot(params["W"]) + params["c"])
    d = (y - t) / y.size
    e = np.outer(d, params["W"]) * (1 - H**2)
    loss = -np.mean(t * np.log(y) + (1 - t) * np.log(1 - y))
    return {"U": e.T.dot(X), "b": e.sum(axis=0), "W": H.T.dot(d), "c": d.sum()}, loss
