import numpy as np


def make_dataset(num_points):
    data = []
    for i in range(num_points):
        if i < num_points // 2:
            rho = np.random.uniform(0, 2.5)
        else:
            rho = np.random.uniform(3.5, 5)
        phi = np.random.uniform(0, 2 * np.pi)
        data.append([rho * np.sin(phi), rho * np.cos(phi)])
    labels = [1] * (num_points // 2) + [0] * (num_points // 2)
    return np.array(data), np.array(labels)


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def forward(X, params):
    H = np.tanh(X.dot(params["U"].T) + params["b"])
    return sigmoid(H.dot(params["W"]) + params["c"])


def backprop(X, t, params):
    H = np.tanh(X.dot(params["U"].T) + params["b"])
    y = sigmoid(H.dot(params["W"]) + params["c"])
    m = t.shape[0]
    loss = -(1 / m) * np.sum(t * np.log(y) + (1 - t) * np.log(1 - y))
    dz = (1 / m) * (y - t)
    dW = H.T.dot(dz)
    dc = np.sum(dz)
    dG = dz.reshape(m, 1) * params["W"] * (1 - H**2)
    dU = dG.T.dot(X)
    db = np.sum(dG, axis=1)
    return {"U": dU, "b": db, "W": dW, "c": dc}, loss
