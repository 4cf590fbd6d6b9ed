import numpy as np
import matplotlib.pyplot as plt

np.random.seed(0)

# ---------- 1. data ----------

def make_dataset(num_points):
    data = np.zeros((num_points, 2))
    labels = np.zeros(num_points)
    for i in range(num_points // 2):
        r = np.random.uniform(0, 2.5)
        a = np.random.uniform(0, 2 * np.pi)
        data[i] = [r * np.sin(a), r * np.cos(a)]
        labels[i] = 1
    for i in range(num_points // 2, num_points):
        r = np.random.uniform(3.5, 5)
        a = np.random.uniform(0, 2 * np.pi)
        data[i] = [r * np.sin(a), r * np.cos(a)]
    return data, labels

data, labels = make_dataset(500)
plt.figure(figsize=(4, 4))
plt.scatter(data[:, 0], data[:, 1], c=labels)
plt.title("data")
plt.show()

# ---------- 2. network ----------

def sigmoid(z):
    return 1 / (1 + np.exp(-z))

def forward(X, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    return sigmoid(H @ params["W"] + params["c"])

def backprop(X, t, params):
    N = len(X)
    H = np.tanh(X @ params["U"].T + params["b"])
    z = H @ params["W"] + params["c"]
    y = sigmoid(z)
    loss = np.mean(-t * np.log(y) - (1 - t) * np.log(1 - y))
    dz = (y - t) / N
    dH = np.outer(dz, params["W"])
    dG = dH * (1 - H ** 2)
    return {"U": dG.T @ X, "b": dG.sum(0), "W": H.T @ dz, "c": dz.sum()}, loss

# ---------- 3. training ----------

params = {"U": np.random.randn(3, 2), "b": np.zeros(3), "W": np.random.randn(3), "c": 0}
history = []
for step in range(1000):
    grads, loss = backprop(data, labels, params)
    for k in params:
        params[k] = params[k] - 1.0 * grads[k]
    history.append(loss)
    if step % 50 == 0:
        print("step", step, "loss", loss)

plt.plot(history)
plt.xlabel("step")
plt.ylabel("loss")
plt.show()

# ---------- 4. decision surface ----------

xx, yy = np.meshgrid(np.linspace(-6, 6, 60), np.linspace(-6, 6, 60))
zz = forward(np.c_[xx.ravel(), yy.ravel()], params).reshape(xx.shape)
plt.contourf(xx, yy, zz, cmap="RdBu")
plt.scatter(data[:, 0], data[:, 1], c=labels, edgecolor="k")
plt.show()
print("accuracy:", np.mean((forward(data, params) > 0.5) == labels))
