import numpy as np

N = 500
D = 2
H = 3
X = None
t = np.zeros(N)
data = labels = []


def make_dataset(num_points):
    data = []
    labels = []
    N = num_points
    for i in range(N):
        label = 1 if i < N // 2 else 0
        r = np.random.uniform(0, 2.5) if label == 1 else np.random.uniform(3.5, 5)
        a = np.random.uniform(0, 2 * np.pi)
        data.append([r * np.sin(a), r * np.cos(a)])
        labels.append(label)
    return np.array(data), np.array(labels)


params = {"U": np.zeros((H, D)), "b": np.zeros(H), "W": np.zeros(H), "c": 99}


def forward(X, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    return 1 / (1 + np.exp(-(H @ params["W"] + params["c"])))


def backprop(X, t, params):
    N = X.shape[0]
    H = np.tanh(X @ params["U"].T + params["b"])
    y = 1 / (1 + np.exp(-(H @ params["W"] + params["c"])))
    loss = (-t * np.log(y) - (1 - t) * np.log(1 - y)).sum() / N
    delta2 = (y - t) / N
    delta1 = np.outer(delta2, params["W"]) * (1 - H**2)
    return {"U": delta1.T @ X, "b": delta1.sum(0), "W": H.T @ delta2, "c": delta2.sum()}, loss


if __name__ == "__main__":
    np.random.seed(0)
    X, t = make_dataset(N)
    params = {"U": np.random.randn(H, D), "b": np.zeros(H), "W": np.random.randn(H), "c": 0}
    for step in range(1000):
        grads, loss = backprop(X, t, params)
        for name in params:
            params[name] = params[name] - grads[name]
    print(loss)
