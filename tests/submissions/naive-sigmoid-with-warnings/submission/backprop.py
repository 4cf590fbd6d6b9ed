import numpy as np

np.seterr(over="warn", divide="warn")


def make_dataset(num_points):
    data = np.zeros([num_points, 2])
    labels = np.zeros([num_points])
    half = int(num_points / 2)
    for i in range(num_points):
        start, stop = (0, 2.5) if i < half else (3.5, 5)
        rad = np.random.uniform(start, stop)
        ang = np.random.uniform(0, 2 * np.pi)
        data[i, :] = (rad * np.sin(ang), rad * np.cos(ang))
    labels[:half] = 1
    return data, labels


def sig(v):
    return 1 / (1 + np.exp(-v))     # RuntimeWarning for v < -709, gives 0 which is fine


def forward(X, params):
    u, b, w, c = (params[k] for k in "UbWc")
    return sig(np.tanh(X.dot(u.T) + b).dot(w) + c)


def backprop(X, t, params):
    u, b, w, c = (params[k] for k in "UbWc")
    n = float(X.shape[0])

    hid = np.tanh(X.dot(u.T) + b)
    pred = sig(hid.dot(w) + c)

    eps = 1e-300
    cross_entropy = -(t * np.log(pred + eps) + (1 - t) * np.log(1 - pred + eps)).sum() / n

    e = pred - t
    g_hid = e.reshape(-1, 1) * w.reshape(1, -1) * (1.0 - hid * hid)
    return {
        "U": g_hid.T.dot(X) / n,
        "b": g_hid.sum(0) / n,
        "W": hid.T.dot(e) / n,
        "c": e.sum() / n,
    }, cross_entropy
