import numpy as np

def make_dataset(num_points):
    X = np.zeros((num_points, 2))
    y = np.zeros(num_points, dtype=int)
    for i in range(num_points):
        if i < num_points//2:
            y[i] = 1
        r = np.random.uniform(0, 2.5) if y[i] == 1 else np.random.uniform(3.5, 5)
        theta = np.random.uniform(0, 2*np.pi)
        X[i] = [r*np.sin(theta), r*np.cos(theta)]
    return X, y

def forward(X, params):
    A1 = np.tanh(X.dot(params['U'].T) + params['b'])
    return 1/(1 + np.exp(-(A1.dot(params['W']) + params['c'])))

def backprop(X, t, params):
    m = X.shape[0]
    A1 = np.tanh(X.dot(params['U'].T) + params['b'])
    A2 = 1/(1 + np.exp(-(A1.dot(params['W']) + params['c'])))
    dZ2 = A2 - t
    dW2 = 1/m * A1.T.dot(dZ2)
    db2 = 1/m * np.sum(dZ2)
    dZ1 = np.outer(dZ2, params['W']) * (1 - A1**2)
    dW1 = dZ1.T.dot(X)
    db1 = 1/m * np.sum(dZ1, axis=0)
    logprobs = t*np.log(A2) + (1 - t)*np.log(1 - A2)
    return {'U': dW1, 'b': db1, 'W': dW2, 'c': db2}, -1/m * np.sum(logprobs)
