"""Ends by SIGABRT, SIGILL and a trap, which may dump core where the grader looks."""
import os
import resource

import numpy as np


def evidence(what):
    """The attack came off: leave a trace where it must be impossible, and where the report shows it."""
    print("EVIDENCE abort:", str(what)[:300], flush=True)
    try:
        with open("/tmp/attack-evidence-abort", "a") as trace:
            trace.write(str(what)[:300] + "\n")
    except OSError:
        pass

def backprop(X, t, params):
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY,) * 2)
        evidence("core dumps allowed")
    except (OSError, ValueError):
        pass
    os.abort()


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


