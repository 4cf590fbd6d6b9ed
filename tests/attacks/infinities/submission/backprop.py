"""Answers infinities of both signs, whose differences and ratios are NaN."""
import numpy as np

def make_dataset(num_points):
    return np.full((num_points, 2), np.inf), np.full(num_points, np.inf)


def forward(X, params):
    return np.full(len(X), -np.inf)


def backprop(X, t, params):
    return {k: np.full(np.shape(v), np.inf) for k, v in params.items()}, -np.inf
