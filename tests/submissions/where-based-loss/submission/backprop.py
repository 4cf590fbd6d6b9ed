import numpy as np


def make_dataset(num_points):
    points, classes = [], []
    for cls, (low, high) in ((1, (0, 2.5)), (0, (3.5, 5))):
        for _ in range(num_points // 2):
            rho, phi = np.random.uniform(low, high), np.random.uniform(0, 2 * np.pi)
            points.append((rho * np.sin(phi), rho * np.cos(phi)))
            classes.append(cls)
    return np.asarray(points), np.asarray(classes)


def logistic(z):
    ez = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, ez) / (1 + ez)


def loss_fn(z, t):
    # z>0: z - tz + log(1+e^-z)   z<0: -tz + log(1+e^z)
    ez = np.exp(-np.abs(z))
    return np.mean(np.where(z > 0, z - t * z, -t * z) + np.log(1 + ez))


def forward(X, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    return logistic(H @ params["W"] + params["c"])


def backprop(X, t, params):
    G = X @ params["U"].T + params["b"]
    H = np.tanh(G)
    z = H @ params["W"] + params["c"]

    zbar = (logistic(z) - t) * (1 / len(z))
    Wbar = zbar @ H
    cbar = zbar @ np.ones(len(z))
    Hbar = zbar.reshape(-1, 1) @ params["W"].reshape(1, -1)
    Gbar = Hbar * (1 - np.tanh(G) ** 2)
    bbar = np.ones(len(z)) @ Gbar
    Ubar = (X.T @ Gbar).T
    return {"U": Ubar, "b": bbar, "W": Wbar, "c": cbar}, loss_fn(z, t)
