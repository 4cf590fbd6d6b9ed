import numpy as np


def make_dataset(num_points):
    z = []
    for i in range(num_points):
        R = np.random.uniform(0, 2.5) if i < num_points // 2 else np.random.uniform(3.5, 5)
        P = np.random.uniform(0, 2 * np.pi)
        z.append(R * np.array([np.sin(P), np.cos(P)]))
    return np.array(z), np.array(num_points // 2 * [1] + num_points // 2 * [0])


def forward(X, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    return 1 / (1 + np.exp(-(H @ params["W"] + params["c"])))


def backprop(X, t, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    y = forward(X, params)
    loss = np.mean(-t * np.log(y) - (1 - t) * np.log(1 - y))
    z_bar = (y - t) / len(X)
    c_bar = z_bar * 1                     # dz/dc = 1
    W_bar = z_bar @ H
    G_bar = np.outer(z_bar, params["W"]) * (1 - H**2)
    b_bar = np.sum(G_bar * 1, axis=0)     # dG/db = 1
    U_bar = G_bar.T @ X
    return {"U": U_bar, "b": b_bar, "W": W_bar, "c": c_bar}, loss
