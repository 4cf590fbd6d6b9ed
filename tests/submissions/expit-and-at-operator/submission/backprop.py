import numpy as np
from scipy.special import expit, log_expit


def make_dataset(num_points):
    def sample(r_min, r_max):
        r = np.random.uniform(r_min, r_max)
        theta = np.random.uniform(0, 2 * np.pi)
        return r * np.sin(theta), r * np.cos(theta)

    n = num_points // 2
    X = [sample(0, 2.5) for _ in range(n)] + [sample(3.5, 5) for _ in range(n)]
    return np.array(X), np.r_[np.ones(n), np.zeros(n)]


def forward(X, params):
    hidden = np.tanh(X @ params['U'].T + params['b'])
    return expit(hidden @ params['W'] + params['c'])


def backprop(X, t, params):
    n_examples = len(X)
    A = X @ params['U'].T + params['b']
    Z = np.tanh(A)
    logits = Z @ params['W'] + params['c']
    loss = -(t @ log_expit(logits) + (1 - t) @ log_expit(-logits)) / n_examples

    delta_out = (expit(logits) - t) / n_examples
    delta_hid = np.outer(delta_out, params['W']) * (1 - Z**2)
    grads = {}
    grads['W'] = delta_out @ Z
    grads['c'] = delta_out.sum()
    grads['U'] = delta_hid.T @ X
    grads['b'] = delta_hid.sum(0)
    return grads, loss
