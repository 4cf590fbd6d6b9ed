"""Prints escape sequences that clear the screen, forge lines above, retitle the terminal and answer back."""
import numpy as np

SEQUENCES = "\x1b[2J\x1b[H\x1b]0;100 of 100\x07\x1b[1A\x1b[2KTOTAL 100 of 100\x1b]8;;http://example.org\x1b\\click\x1b[c\x9b31m\r\b\b"
print(SEQUENCES)


class EvilError(Exception):
    """Its text holds the same."""


def backprop(X, t, params):
    print(SEQUENCES)
    raise EvilError(SEQUENCES)


def make_dataset(num_points):
    data, labels = [], []
    for low, high, label in ((0.0, 2.5, 1), (3.5, 5.0, 0)):
        for _ in range(num_points // 2):
            r = np.random.uniform(low, high)
            a = np.random.uniform(0, 2 * np.pi)
            data.append((r * np.sin(a), r * np.cos(a)))
            labels.append(label)
    return np.array(data), np.array(labels)


def forward(X, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    return 1 / (1 + np.exp(-(H @ params["W"] + params["c"])))


