import numpy as np
from utils import *


def make_dataset(num_points):
    half = num_points // 2
    data = np.concatenate([np.reshape([random_point(*INNER) for _ in range(half)], (half, 2)),
                           np.reshape([random_point(*OUTER) for _ in range(half)], (half, 2))])
    labels = np.concatenate([np.ones(half), np.zeros(half)])
    return data, labels


def forward(X, params):
    return sigmoid(logits(X, params)[1])


def backprop(X, t, params):
    H, z = logits(X, params)
    dz = (sigmoid(z) - t) / X.shape[0]
    dG = np.outer(dz, params["W"]) * dtanh(H)
    return {"U": dG.T @ X, "b": dG.sum(axis=0), "W": H.T @ dz, "c": dz.sum()}, bce(z, t)
