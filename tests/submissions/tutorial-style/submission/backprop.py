import numpy as np
import numpy.random as npr
import matplotlib
matplotlib.use('Agg')
import matplotlib.pyplot as plt

num_steps = 1000
num_data = 500
alpha = 1.0


def make_dataset(num_points):
    # half of the points in a disc (label 1), half in a ring around it (label 0)
    data = np.zeros((num_points, 2))
    labels = np.zeros(num_points, dtype=int)
    half = num_points // 2
    for i in range(num_points):
        lo, hi = (0., 2.5) if i < half else (3.5, 5.)
        radius = npr.uniform(lo, hi)
        angle = npr.uniform(0., 2 * np.pi)
        data[i, :] = radius * np.sin(angle), radius * np.cos(angle)
        labels[i] = i < half
    return data, labels


def sigma(z):
    return 1. / (1. + np.exp(-z))


def forward(X, params):
    G = np.dot(X, params['U'].T) + params['b']
    H = np.tanh(G)
    z = np.dot(H, params['W']) + params['c']
    return sigma(z)


def backprop(X, t, params):
    N = X.shape[0]

    # forward, keeping what the way back needs
    G = np.dot(X, params['U'].T) + params['b']
    H = np.tanh(G)
    z = np.dot(H, params['W']) + params['c']
    y = sigma(z)
    loss = (t * np.logaddexp(0, -z) + (1 - t) * np.logaddexp(0, z)).mean()

    # backward
    E_bar = 1.
    z_bar = E_bar * (y - t) / N
    W_bar = np.dot(H.T, z_bar)
    c_bar = np.dot(z_bar, np.ones(N))
    H_bar = np.outer(z_bar, params['W'])
    G_bar = H_bar * (1 - np.tanh(G) ** 2)
    U_bar = np.dot(G_bar.T, X)
    b_bar = np.dot(G_bar.T, np.ones(N))

    grads = {}
    grads['U'] = U_bar
    grads['b'] = b_bar
    grads['W'] = W_bar
    grads['c'] = c_bar
    return grads, loss


npr.seed(0)
data, labels = make_dataset(num_data)

params = {}
params['U'] = npr.randn(3, 2)
params['b'] = np.zeros(3)
params['W'] = npr.randn(3)
params['c'] = 0

for step in range(num_steps):
    grads, loss = backprop(data, labels, params)
    for k in params:
        params[k] = params[k] - alpha * grads[k]
    if step % 50 == 0:
        print('%5d  %1.2f' % (step, loss))

plt.figure()
plt.plot(data[labels == 0, 0], data[labels == 0, 1], 'b.')
plt.plot(data[labels == 1, 0], data[labels == 1, 1], 'r.')
plt.show()
