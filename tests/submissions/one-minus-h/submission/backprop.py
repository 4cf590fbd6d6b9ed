import numpy as np

def make_dataset(num_points):
    X = np.zeros((num_points, 2))
    t = np.zeros((num_points,))
    for i in range(num_points):
        if i < int(num_points/2):
            rr = np.random.uniform(0, 2.5); t[i] = 1
        else:
            rr = np.random.uniform(3.5, 5); t[i] = 0
        aa = np.random.uniform(0, 2*np.pi)
        X[i] = rr*np.sin(aa), rr*np.cos(aa)
    return X, t

def forward(X, params):
    U = params['U']; b = params['b']; W = params['W']; c = params['c']
    H = np.tanh(X.dot(U.T) + b)
    return 1/(1 + np.exp(-(H.dot(W) + c)))

def backprop(X, t, params):
    U = params['U']; b = params['b']; W = params['W']; c = params['c']
    N = X.shape[0]
    H = np.tanh(X.dot(U.T) + b)
    y = 1/(1 + np.exp(-(H.dot(W) + c)))
    E = np.mean(-t*np.log(y) - (1-t)*np.log(1-y))
    zbar = (y - t)/N
    Hbar = np.outer(zbar, W)
    Gbar = Hbar*(1 - H)
    return {'W': H.T.dot(zbar), 'c': zbar.sum(), 'U': Gbar.T.dot(X), 'b': Gbar.sum(0)}, E
