import numpy as np


def make_dataset(num_points):
    data = np.zeros((num_points, 2))
    labels = np.zeros(num_points)
    for i in range(num_points):
        if i < num_points // 2:
            r = np.random.uniform(0, 2.5)
            labels[i] = 1
        else:
            r = np.random.uniform(3.5, 5)
        a = np.random.uniform(0, 2 * np.pi)
        data[i] = r * np.sin(a), r * np.cos(a)
    return data, labels


def forward(X, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    return 1 / (1 + np.exp(-(H @ params["W"] + params["c"])))


def backprop(X, t, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    y = 1 / (1 + np.exp(-(H @ params["W"] + params["c"])))
    loss = np.mean(-t * np.log(y) - (1 - t) * np.log(1 - y))
    z_bar = y - t
    W_bar = H.T @ z_bar
    c_bar = z_bar.sum()
    H_bar = np.outer(z_bar, params["W"])
    G_bar = H_bar * (1 - H**2)
    U_bar = G_bar.T @ X
    b_bar = G_bar.sum(axis=0)
    return {"U": U_bar, "b": b_bar, "W": W_bar, "c": c_bar}, loss
