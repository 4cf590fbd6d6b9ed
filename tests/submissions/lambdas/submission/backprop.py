import numpy as np

xy = lambda r, a: (r * np.sin(a), r * np.cos(a))
point = lambda lo, hi: xy(np.random.uniform(lo, hi), np.random.uniform(0, 2 * np.pi))
make_dataset = lambda num_points: (
    np.array([point(0, 2.5) if i < num_points // 2 else point(3.5, 5) for i in range(num_points)]),
    np.array([1 if i < num_points // 2 else 0 for i in range(num_points)]),
)

sigma = lambda z: 1 / (1 + np.exp(-z))
hidden = lambda X, p: np.tanh(X @ p["U"].T + p["b"])
logit = lambda H, p: H @ p["W"] + p["c"]
forward = lambda X, params: sigma(logit(hidden(X, params), params))

loss_of = lambda y, t: -np.mean(t * np.log(y) + (1 - t) * np.log(1 - y))
zbar_of = lambda y, t: (y - t) / len(t)
gbar_of = lambda zb, W, H: np.outer(zb, W) * (1 - H**2)
grads_of = lambda X, H, zb, gb: {"U": gb.T @ X, "b": gb.sum(0), "W": H.T @ zb, "c": zb.sum()}

backprop = lambda X, t, params: (
    grads_of(X, hidden(X, params), zbar_of(forward(X, params), t),
             gbar_of(zbar_of(forward(X, params), t), params["W"], hidden(X, params))),
    loss_of(forward(X, params), t),
)
