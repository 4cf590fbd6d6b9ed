import numpy as np

rng = np.random.default_rng()


def make_dataset(num_points):
    data = np.zeros((num_points, 2))
    labels = np.zeros(num_points)
    labels[: num_points // 2] = 1
    for i in range(num_points):
        radius = rng.uniform(0, 2.5) if labels[i] else rng.uniform(3.5, 5)
        angle = rng.uniform(0, 2 * np.pi)
        data[i] = radius * np.sin(angle), radius * np.cos(angle)
    return data, labels


def forward(X, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    return 1 / (1 + np.exp(-(H @ params["W"] + params["c"])))


def backprop(X, t, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    z = H @ params["W"] + params["c"]
    y = 1 / (1 + np.exp(-z))
    z_bar = (y - t) / len(z)
    G_bar = z_bar[:, np.newaxis] * params["W"] * (1 - H**2)
    loss = (t * np.logaddexp(0, -z) + (1 - t) * np.logaddexp(0, z)).mean()
    return {"U": G_bar.T @ X, "b": G_bar.sum(axis=0), "W": H.T @ z_bar, "c": z_bar.sum()}, loss
