import numpy as np

def make_dataset(num_points):
    half = num_points // 2
    data = np.zeros((num_points, 2))
    for i in range(num_points):
        r = np.random.uniform(0, 2.5) if i < half else np.random.uniform(3.5, 5)
        phi = np.random.uniform(0, 2 * np.pi)
        data[i, 0] = r * np.sin(phi)
        data[i, 1] = r * np.cos(phi)
    return data, np.array([1] * half + [0] * half)

def sigmoid(x):
    return 1 / (1 + np.exp(-x))

def sigmoid_prime(x):
    return sigmoid(x) * (1 - sigmoid(x))

def tanh_prime(x):
    return 1 - np.tanh(x) ** 2

def forward(X, params):
    return sigmoid(np.dot(np.tanh(np.dot(X, params["U"].T) + params["b"]), params["W"]) + params["c"])

def backprop(X, t, params):
    n = X.shape[0]
    a1 = np.dot(X, params["U"].T) + params["b"]
    h1 = np.tanh(a1)
    a2 = np.dot(h1, params["W"]) + params["c"]
    out = sigmoid(a2)
    # output layer: error times derivative of the activation
    delta2 = (out - t) * sigmoid_prime(a2) / n
    # hidden layer: same again
    delta1 = np.outer(delta2, params["W"]) * tanh_prime(a1)
    grads = {
        "W": np.dot(h1.T, delta2),
        "c": np.sum(delta2),
        "U": np.dot(delta1.T, X),
        "b": np.sum(delta1, axis=0),
    }
    loss = -np.sum(t * np.log(out) + (1 - t) * np.log(1 - out)) / n
    return grads, loss
