import numpy as np


def make_dataset(num_points):
    rows, classes = [], []
    for c, lo, hi in [(1, 0, 2.5), (0, 3.5, 5)]:
        for _ in range(num_points // 2):
            r = np.random.uniform(lo, hi)
            angle = np.random.uniform(0, 2 * np.pi)
            rows.append([r * np.sin(angle), r * np.cos(angle)])
            classes.append(c)
    return np.array(rows), np.array(classes)


def softmax(z):
    e = np.exp(z - np.max(z))
    return e / e.sum()


def forward(X, params):
    H = np.tanh(X.dot(params["U"].T) + params["b"])
    z = H.dot(params["W"]) + params["c"]
    return softmax(z)          # turns the scores into probabilities


def backprop(X, t, params):
    H = np.tanh(X.dot(params["U"].T) + params["b"])
    z = H.dot(params["W"]) + params["c"]
    loss = (t * np.logaddexp(0, -z) + (1 - t) * np.logaddexp(0, z)).mean()
    z_bar = (1 / (1 + np.exp(-z)) - t) / X.shape[0]
    G_bar = z_bar[:, None] * params["W"][None, :] * (1 - H**2)
    return {"U": G_bar.T.dot(X), "b": G_bar.sum(axis=0), "W": H.T.dot(z_bar), "c": z_bar.sum()}, loss
