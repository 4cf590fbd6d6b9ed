from math import *
import numpy as np

def make_dataset(num_points):
    data = np.zeros((num_points, 2))
    labels = np.zeros(num_points)
    for i in range(num_points):
        if i < num_points/2:
            R = np.random.uniform(0, 2.5)
            labels[i] = 1
        else:
            R = np.random.uniform(3.5, 5)
        A = np.random.uniform(0, tau)
        data[i] = (R*sin(A), R*cos(A))
    return data, labels

def vtanh(M):
    # math.tanh only takes single numbers
    return np.vectorize(tanh)(M)

def forward(X, params):
    z = vtanh(X @ params['U'].T + params['b']) @ params['W'] + params['c']
    return np.array([1/(1 + exp(-v)) for v in z])

def backprop(X, t, params):
    N = len(X)
    H = vtanh(X @ params['U'].T + params['b'])
    y = forward(X, params)
    E = fsum(-log(p) if l == 1 else -log(1 - p) for p, l in zip(y, t))/N
    zb = (y - t)/N
    gb = zb.reshape(N, 1)*params['W']*(1 - H**2)
    return {'U': gb.T @ X, 'b': gb.sum(axis=0), 'W': zb @ H, 'c': fsum(zb)}, E
