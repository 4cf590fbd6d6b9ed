import numpy as np

def make_dataset(num_points):
    data = np.zeros((num_points, 2))
    for i in range(num_points):
        lo, hi = (0, 2.5) if i < num_points//2 else (3.5, 5)
        r, a = np.random.uniform(lo, hi), np.random.uniform(0, 2*np.pi)
        data[i] = r*np.sin(a), r*np.cos(a)
    return data, np.array([1]*(num_points//2) + [0]*(num_points//2))

def forward(X, U, b, W, c):
    return 1/(1 + np.exp(-(np.tanh(X @ U.T + b) @ W + c)))

def backprop(X, t, U, b, W, c):
    H = np.tanh(X @ U.T + b)
    y = forward(X, U, b, W, c)
    zb = (y - t)/len(t)
    gb = np.outer(zb, W)*(1 - H**2)
    return {'U': gb.T @ X, 'b': gb.sum(0), 'W': H.T @ zb, 'c': zb.sum()}, -np.mean(t*np.log(y) + (1-t)*np.log(1-y))
