import numpy as np

def make_dataset(num_points):
    data = np.zeros((num_points, 2)); labels = np.zeros(num_points)
    for i in range(num_points // 2):
        r, th = np.random.uniform(0, 2.5), np.random.uniform(0, 2*np.pi)
        data[i] = r*np.sin(th), r*np.cos(th)
        labels[i] = 1
    for i in range(num_points // 2, num_points):
        r, th = np.random.uniform(3.5, 5), np.random.uniform(0, 2*np.pi)
        data[i] = r*np.sin(th), r*np.cos(th)
    return data, labels

def fwd(X, p):
    H = np.tanh(X @ p["U"].T + p["b"])
    y = 1/(1 + np.exp(-(H @ p["W"] + p["c"])))
    return H, y

def forward(X, params):
    H, y = fwd(X, params)
    return y

def backprop(X, t, params):
    H, y = fwd(X, params)
    loss = np.mean(t*np.log(y) + (1 - t)*np.log(1 - y))
    dz = (y - t)/len(X)
    dG = np.outer(dz, params["W"])*(1 - H**2)
    return {"U": dG.T @ X, "b": dG.sum(axis=0), "W": dz @ H, "c": dz.sum()}, loss
