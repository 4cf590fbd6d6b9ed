import numpy as np


def make_dataset(num_points):
    data = np.zeros((num_points, 2))
    for i in range(num_points):
        lower = 0 if i < num_points // 2 else 3.5
        upper = 2.5 if i < num_points // 2 else 5
        rad = np.random.uniform(lower, upper)
        ang = np.random.uniform(0, 2 * np.pi)
        data[i] = rad * np.sin(ang), rad * np.cos(ang)
    labels = np.zeros(num_points, dtype=int)
    labels[:num_points // 2] = 1
    return data, labels


def forward(X, params):
    H = np.tanh(np.matmul(X, params["U"].T) + params["b"])
    z = np.matmul(H, params["W"]) + params["c"]
    return 1 / (1 + np.exp(-z))


def backprop(X, t, params):
    N = X.shape[0]
    H = np.tanh(np.matmul(X, params["U"].T) + params["b"])
    z = np.matmul(H, params["W"]) + params["c"]
    y = 1 / (1 + np.exp(-z))
    loss = -1 / N * np.sum(t * np.log(y) + (1 - t) * np.log(1 - y))

    z_bar = (y - t) / N
    W_bar = np.matmul(H.T, z_bar)
    c_bar = np.sum(z_bar)
    H_bar = np.outer(params["W"], z_bar).reshape(H.shape)   # otherwise the shapes don't match
    G_bar = H_bar * (1 - H**2)
    U_bar = np.matmul(G_bar.T, X)
    b_bar = np.sum(G_bar, axis=0)
    return {"U": U_bar, "b": b_bar, "W": W_bar, "c": c_bar}, loss
