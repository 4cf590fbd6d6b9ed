"""NUL, surrogates, right-to-left marks and a million combining accents in prints and error texts."""
import os

import numpy as np

TEXT = "\0 \ud800 \u202e001 fo 001 \u2066 e" + "\u0301" * 100_000 + " \ufffe \U000e0001"


def forward(X, params):
    os.write(1, b"\xff\xfe\x00\xc3\x28" * 1000)
    raise ValueError(TEXT)


def backprop(X, t, params):
    raise KeyError(TEXT)


def make_dataset(num_points):
    data, labels = [], []
    for low, high, label in ((0.0, 2.5, 1), (3.5, 5.0, 0)):
        for _ in range(num_points // 2):
            r = np.random.uniform(low, high)
            a = np.random.uniform(0, 2 * np.pi)
            data.append((r * np.sin(a), r * np.cos(a)))
            labels.append(label)
    return np.array(data), np.array(labels)

