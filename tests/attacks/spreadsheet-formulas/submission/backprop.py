"""Prints and raises texts that a spreadsheet takes for formulas; its folder's name is one too (see make.py)."""
import numpy as np

FORMULAS = ("=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "=HYPERLINK(\"http://192.0.2.1\")", "\t=1+1", "\r=1+1", "a,b\n=1+1")


for formula in FORMULAS:
    print(formula)


def backprop(X, t, params):
    raise ValueError("".join(FORMULAS))


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


