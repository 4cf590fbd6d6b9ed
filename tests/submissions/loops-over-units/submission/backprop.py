import numpy as np

RADIUS_IN = (0.0, 2.5)
RADIUS_OUT = (3.5, 5.0)


def ring(n, radius):
    pts = []
    for _ in range(n):
        r = np.random.uniform(*radius)
        angle = np.random.uniform(0.0, 2.0 * np.pi)
        pts.append([r * np.sin(angle), r * np.cos(angle)])
    return pts


def make_dataset(num_points):
    half = num_points // 2
    pts = ring(half, RADIUS_IN) + ring(half, RADIUS_OUT)
    return np.array(pts), np.array([1] * half + [0] * half)


def sigma(z):
    return 1.0 / (1.0 + np.exp(-z))


def forward(X, params):
    z = np.zeros(X.shape[0]) + params["c"]
    for k in range(len(params["W"])):
        z = z + params["W"][k] * np.tanh(X.dot(params["U"][k]) + params["b"][k])
    return sigma(z)


def backprop(X, t, params):
    K = len(params["W"])
    h = [np.tanh(X.dot(params["U"][k]) + params["b"][k]) for k in range(K)]
    z = params["c"] + sum(params["W"][k] * h[k] for k in range(K))
    y = sigma(z)
    err = (y - t) / len(t)

    dU = np.zeros(params["U"].shape)
    db = np.zeros(K)
    dW = np.zeros(K)
    for k in range(K):
        dW[k] = np.sum(err * h[k])
        delta_k = err * params["W"][k] * (1 - h[k] ** 2)
        db[k] = np.sum(delta_k)
        dU[k] = np.sum(delta_k[:, None] * X, axis=0)
    loss = -np.mean(t * np.log(y) + (1 - t) * np.log(1 - y))
    return {"U": dU, "b": db, "W": dW, "c": np.sum(err)}, loss
