import numpy as np

INNER, OUTER = (0.0, 2.5), (3.5, 5.0)


def make_dataset(num_points):
    data, labels = [], []
    for label, bounds in ((1, INNER), (0, OUTER)):
        for _ in range(num_points // 2):
            radius = np.random.uniform(*bounds)
            angle = np.random.uniform(0, 2 * np.pi)
            data.append((radius * np.sin(angle), radius * np.cos(angle)))
            labels.append(label)
    return np.array(data), np.array(labels)


class Net:
    def __init__(self, p):
        self.U, self.b, self.W, self.c = p["U"], p["b"], p["W"], p["c"]

    def run(self, X):
        self.X = X
        self.a1 = np.tanh(X @ self.U.T + self.b)
        self.a2 = 1 / (1 + np.exp(-(self.a1 @ self.W + self.c)))
        return self.a2

    def back(self, t):
        n = len(t)
        d2 = (self.a2 - t) / n
        d1 = np.outer(d2, self.W) * self.a1 * (1 - self.a1)   # derivative of the activation
        return {"U": d1.T @ self.X, "b": d1.sum(0), "W": self.a1.T @ d2, "c": d2.sum()}


def forward(X, params):
    return Net(params).run(X)


def backprop(X, t, params):
    net = Net(params)
    y = net.run(X)
    return net.back(t), -np.mean(t * np.log(y) + (1 - t) * np.log(1 - y))
