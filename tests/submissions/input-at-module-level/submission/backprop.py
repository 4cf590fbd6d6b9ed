import numpy as np

name = input("Your name? ")
print("Hello", name)


def make_dataset(num_points):
    inner = []
    outer = []
    for _ in range(num_points // 2):
        r = np.random.uniform(0, 2.5)
        phi = np.random.uniform(0, 2 * np.pi)
        inner.append([r * np.sin(phi), r * np.cos(phi)])
    for _ in range(num_points // 2):
        r = np.random.uniform(3.5, 5)
        phi = np.random.uniform(0, 2 * np.pi)
        outer.append([r * np.sin(phi), r * np.cos(phi)])
    return np.array(inner + outer), np.array([1] * len(inner) + [0] * len(outer))


def forward(X, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    return 1 / (1 + np.exp(-(H @ params["W"] + params["c"])))


def backprop(X, t, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    y = forward(X, params)
    N = len(y)
    z_bar = (y - t) / N
    G_bar = (1 - H**2) * params["W"] * z_bar[:, None]
    loss = np.sum(-t * np.log(y) - (1 - t) * np.log(1 - y)) / N
    return {"U": G_bar.T @ X, "b": G_bar.sum(axis=0), "W": z_bar @ H, "c": z_bar.sum()}, loss


answer = input("Train now? (y/n) ")
if answer == "y":
    X, t = make_dataset(500)
    p = {"U": np.random.randn(3, 2), "b": np.zeros(3), "W": np.random.randn(3), "c": 0}
    for i in range(1000):
        g, l = backprop(X, t, p)
        p = {k: p[k] - g[k] for k in p}
    print("loss", l)
input("Press Enter to close the window")
