import numpy as np

def make_dataset(num_points):
    data = np.zeros((num_points, 2))
    labels = np.zeros(num_points)
    # first half: the disc
    for i in range(0, num_points//2):
        radius = np.random.uniform(0, 2.5)
        angle = np.random.uniform(0, 2*np.pi)
        data[i] = [radius*np.sin(angle), radius*np.cos(angle)]
        labels[i] = 1
    # second half: the ring
    for i in range(num_points//2, num_points):
        radius = np.random.uniform(3.5, 5)
        angle = np.random.uniform(0, 2*np.pi)
        data[i] = [radius*np.sin(angle), radius*np.cos(angle)]
        labels[i] = 0
    return data, labels

def forward(X, params):
    W2 = params['W'].reshape(1, -1)
    Z1 = np.dot(params['U'], X.T) + params['b'].reshape(-1, 1)
    A1 = np.tanh(Z1)
    Z2 = np.dot(W2, A1) + params['c']
    A2 = 1 / (1 + np.exp(-Z2))
    return A2[0]

def backprop(X, t, params):
    m = X.shape[0]
    W2 = params['W'].reshape(1, -1)
    A0 = X.T
    Z1 = np.dot(params['U'], A0) + params['b'].reshape(-1, 1)
    A1 = np.tanh(Z1)
    Z2 = np.dot(W2, A1) + params['c']
    A2 = 1 / (1 + np.exp(-Z2))

    T = t.reshape(1, -1)
    cost = -np.sum(T*np.log(A2) + (1-T)*np.log(1-A2)) / m

    dZ2 = A2 - T
    dW2 = np.dot(dZ2, A1.T) / m
    db2 = np.sum(dZ2) / m
    dZ1 = np.dot(W2.T, dZ2) * (1 - np.power(A1, 2))
    dW1 = np.dot(dZ1, A0.T) / m
    db1 = np.sum(dZ1, axis=1) / m
    return {'U': dW1, 'b': db1, 'W': dW2.ravel(), 'c': db2}, np.squeeze(cost)
