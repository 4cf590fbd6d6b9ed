import numpy as np

def make_dataset(num_points):
    xs = []
    ts = []
    for i in range(num_points):
        if i < num_points/2:
            r = np.random.uniform(0, 2.5)
            ts.append(1)
        else:
            r = np.random.uniform(2.5, 5)
            ts.append(0)
        phi = np.random.uniform(0, 2*np.pi)
        xs.append((r*np.sin(phi), r*np.cos(phi)))
    return np.array(xs), np.array(ts)

def network(X, params):
    H = np.tanh(X @ params['U'].T + params['b'])
    z = H @ params['W'] + params['c']
    return H, z

def forward(X, params):
    return 1/(1 + np.exp(-network(X, params)[1]))

def backprop(X, t, params):
    H, z = network(X, params)
    zb = (1/(1 + np.exp(-z)) - t)/len(t)
    gb = np.outer(zb, params['W'])*(1 - H**2)
    E = np.mean(np.log(1 + np.exp(-z)) + (1 - t)*z)
    return {'U': gb.T @ X, 'b': gb.sum(0), 'W': H.T @ zb, 'c': zb.sum()}, E
