from .layers import CrossEntropy, Linear, Tanh


class Network:
    def __init__(self, params):
        self.params = params
        self.first = Linear(params["U"], params["b"])
        self.squash = Tanh()
        self.last = Linear(params["W"].reshape(1, -1), params["c"])
        self.head = CrossEntropy()

    def logits(self, X):
        return self.last(self.squash(self.first(X))).ravel()

    def predict(self, X):
        return self.head.probability(self.logits(X))

    def loss(self, X, t):
        return self.head(self.logits(X), t)

    def backward(self):
        g = self.last.backward(self.head.backward()[:, None])
        self.first.backward(self.squash.backward(g))
        return {
            "U": self.first.dM,
            "b": self.first.dv,
            "W": self.last.dM[0],
            "c": self.last.dv[0],
        }
