import numpy as np


def make_dataset(num_points):
    data, labels = [], []
    for j in range(num_points):
        if j < num_points // 2:
            r = np.random.uniform(0, 2.5)
            lab = 1
        else:
            r = np.random.uniform(3.5, 5)
            lab = 0
        phi = np.random.uniform(0, 2 * np.pi)
        data.append([r * np.sin(phi), r * np.cos(phi)])
        labels.append(lab)
    return np.array(data), np.array(labels)


def forward(X, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    return 1 / (1 + np.exp(-(H @ params["W"] + params["c"])))


def backprop(X, t, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    y = forward(X, params)
    z_bar = (y - t) / len(X)
    G_bar = np.outer(z_bar, params["W"]) * (1 - H**2)
    loss = -np.mean(t * np.log(y) + (1 - t) * np.log(1 - y))
    grads = {"U": G_bar.T @ X, "b": G_bar.sum(0), "W": H.T @ z_bar, "c": z_bar.sum()}
    for k in grads:
        grads[k] = np.round(grads[k], 2)   # nicer to print
    return grads, loss
