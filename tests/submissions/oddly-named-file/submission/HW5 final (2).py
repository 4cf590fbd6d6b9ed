#!/usr/bin/env python3
import numpy as np


def make_dataset(num_points):
    data = np.zeros((num_points, 2))
    labels = np.zeros(num_points)
    for n in range(num_points):
        first_half = n < num_points // 2
        labels[n] = 1 if first_half else 0
        r = np.random.uniform(0, 2.5) if first_half else np.random.uniform(3.5, 5)
        a = np.random.uniform(0, 2 * np.pi)
        data[n, :] = r * np.sin(a), r * np.cos(a)
    return data, labels


def forward(X, params):
    G = X @ params["U"].T + params["b"]
    H = np.tanh(G)
    z = H @ params["W"].T + params["c"]
    y = 1 / (1 + np.exp(-z))
    return y


def backprop(X, t, params):
    # forward
    G = X @ params["U"].T + params["b"]
    H = np.tanh(G)
    z = H @ params["W"].T + params["c"]
    y = 1 / (1 + np.exp(-z))
    loss = np.sum(-t * np.log(y) - (1 - t) * np.log(1 - y)) / t.shape[0]
    # backward
    z_bar = (y - t) / t.shape[0]
    W_bar = H.T @ z_bar
    c_bar = np.sum(z_bar)
    H_bar = np.outer(z_bar, params["W"])
    G_bar = H_bar * (1 - np.tanh(G) ** 2)
    U_bar = G_bar.T @ X
    b_bar = np.sum(G_bar, axis=0)
    return dict(U=U_bar, b=b_bar, W=W_bar, c=c_bar), loss


if __name__ == "__main__":
    print(make_dataset(4))
