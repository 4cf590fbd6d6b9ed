import numpy as np

num_data = 500
num_steps = 1000
alpha = 1


def make_dataset(num_points):
    data = np.zeros((num_points, 2))
    labels = np.zeros(num_points)
    for i in range(num_points):
        if i < num_points / 2:
            labels[i] = 1
            r = np.random.uniform(0, 2.5)
        else:
            r = np.random.uniform(3.5, 5)
        theta = np.random.uniform(0, 2 * np.pi)
        data[i] = r * np.sin(theta), r * np.cos(theta)
    return data, labels


def sigma(z):
    return 1 / (1 + np.exp(-z))


def forward(X, params):
    return sigma(np.tanh(X @ params['U'].T + params['b']) @ params['W'] + params['c'])


def backprop(X, t, params):
    G = X @ params['U'].T + params['b']
    H = np.tanh(G)
    z = H @ params['W'] + params['c']
    y = sigma(z)
    loss = np.mean(t * np.logaddexp(0, -z) + (1 - t) * np.logaddexp(0, z))
    z_bar = (y - t) / num_data
    W_bar = np.dot(H.T, z_bar)
    c_bar = np.sum(z_bar)
    G_bar = np.outer(z_bar, params['W']) * (1 - np.tanh(G)**2)
    U_bar = np.dot(G_bar.T, X)
    b_bar = np.sum(G_bar, axis=0)
    return dict(U=U_bar, b=b_bar, W=W_bar, c=c_bar), loss


np.random.seed(0)
data, labels = make_dataset(num_data)
params = dict(U=np.random.randn(3, 2), b=np.zeros(3), W=np.random.randn(3), c=0)
for step in range(num_steps):
    grads, loss = backprop(data, labels, params)
    if step % 50 == 0:
        print('%4d %.2f' % (step, loss))
    for k in params:
        params[k] = params[k] - alpha * grads[k]
