import numpy as np

STEP = 1e-30


def make_dataset(num_points):
    data, labels = [], []
    for i in range(num_points):
        inside = i < num_points // 2
        r = np.random.uniform(0, 2.5) if inside else np.random.uniform(3.5, 5)
        a = np.random.uniform(0, 2 * np.pi)
        data.append([r * np.sin(a), r * np.cos(a)])
        labels.append(int(inside))
    return np.array(data), np.array(labels)


def forward(X, params):
    return 1 / (1 + np.exp(-(np.tanh(X @ params["U"].T + params["b"]) @ params["W"] + params["c"])))


def backprop(X, t, params):
    """Only the moved unit's share of z is computed anew, for all units at once."""
    G = X @ params["U"].T + params["b"]
    H = np.tanh(G)
    z = H @ params["W"] + params["c"]

    def loss(z):
        return np.mean(t * np.log1p(np.exp(-z)) + (1 - t) * np.log1p(np.exp(z)), axis=-1)

    def slope(change):
        return loss(z + change.T).imag / STEP

    grads = {
        "c": slope(np.full(len(t), 1j * STEP)),
        "W": slope(1j * STEP * H),
        "b": slope(params["W"] * (np.tanh(G + 1j * STEP) - H)),
        "U": np.stack([slope(params["W"] * (np.tanh(G + 1j * STEP * x[:, None]) - H)) for x in X.T], axis=1),
    }
    return grads, loss(z)
