import numpy as np


def make_dataset(num_points):
    is_inside = np.arange(num_points) < num_points // 2
    coords = []
    for inside in is_inside:
        if inside:
            r = np.random.uniform(0, 2.5)
        else:
            r = np.random.uniform(3.5, 5)
        phi = np.random.uniform(0, 2 * np.pi)
        coords.append(r * np.array([np.sin(phi), np.cos(phi)]))
    return np.array(coords), is_inside


def forward(X, params):
    h = np.tanh(X @ params["U"].T + params["b"])
    return 1 / (1 + np.exp(-h @ params["W"] - params["c"]))


def backprop(X, t, params):
    is_inside = np.asarray(t).astype(bool)
    n = is_inside.size
    h = np.tanh(X @ params["U"].T + params["b"])
    p = forward(X, params)
    loss = -(np.log(p[is_inside]).sum() + np.log(1 - p[~is_inside]).sum()) / n

    dz = p.copy()
    dz[is_inside] -= 1
    dz /= n
    dg = dz[:, None] * params["W"][None, :] * (1 - h**2)
    return {"U": dg.T @ X, "b": dg.sum(axis=0), "W": h.T @ dz, "c": dz.sum()}, loss
