import numpy as np


def make_dataset(num_points):
    data = []
    labels = []
    for i in range(num_points):
        inner = (i < num_points // 2)
        if inner:
            r = np.random.uniform(0, 2.5)
        else:
            r = np.random.uniform(3.5, 5)
        a = np.random.uniform(0, 2 * np.pi)
        data.append([r * np.sin(a), r * np.cos(a)])
        labels.append(inner)
    return np.array(data), np.array(labels).astype(float)


def forward(X, params):
    H = np.tanh(np.dot(X, params["U"].T) + params["b"])
    return 1 / (1 + np.exp(-(np.dot(H, params["W"]) + params["c"])))


def backprop(X, t, params):
    H = np.tanh(np.dot(X, params["U"].T) + params["b"])
    y = forward(X, params)
    E = -(t * np.log(y) + (1 - t) * np.log(1 - y)).mean()
    z_bar = (y - t) / len(y)
    W_bar = np.dot(H.T, z_bar)
    c_bar = np.sum(z_bar)
    H_bar = np.outer(z_bar, params["W"])
    b_bar = np.sum(H_bar, axis=0)
    G_bar = H_bar * (1 - H**2)
    U_bar = np.dot(G_bar.T, X)
    return {"U": U_bar, "b": b_bar, "W": W_bar, "c": c_bar}, E
