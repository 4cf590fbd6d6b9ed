import numpy as np


def make_dataset(num_points):
    pts = []
    tar = []
    for q in range(num_points):
        if q < num_points // 2:
            rr = np.random.uniform(0, 2.5)
            tar.append(1)
        else:
            rr = np.random.uniform(3.5, 5)
            tar.append(0)
        al = np.random.uniform(0, 2 * np.pi)
        pts.append((rr * np.sin(al), rr * np.cos(al)))
    return np.array(pts), np.array(tar)


def forward(X, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    return 1 / (1 + np.exp(-(H @ params["W"] + params["c"])))


def backprop(X, t, params, lr=1.0):
    H = np.tanh(X @ params["U"].T + params["b"])
    y = forward(X, params)
    loss = -np.mean(t * np.log(y) + (1 - t) * np.log(1 - y))
    dz = (y - t) / len(X)
    dG = np.outer(dz, params["W"]) * (1 - H**2)
    grads = {"U": dG.T @ X, "b": dG.sum(0), "W": H.T @ dz, "c": dz.sum()}
    # gradient descent
    params["U"] -= lr * grads["U"]
    params["b"] -= lr * grads["b"]
    params["W"] -= lr * grads["W"]
    params["c"] = params["c"] - lr * grads["c"]
    return grads, loss
