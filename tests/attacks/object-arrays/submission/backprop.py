"""Answers arrays of objects whose conversion to a number runs code, raises, or never ends."""
import os

import numpy as np

class Trap:
    """A number that is whatever it is compared with."""

    def __float__(self):
        os.write(1, b"converted\n")
        raise SystemExit(0)

    def __eq__(self, other):
        return True

    def __lt__(self, other):
        return True

    __le__ = __gt__ = __ge__ = __eq__
    __hash__ = None

    def __reduce__(self):
        return os.system, ("touch /tmp/attack-evidence-object-arrays",)


def make_dataset(num_points):
    return np.array([[Trap()] * 2] * num_points, dtype=object), np.array([Trap()] * num_points, dtype=object)


def forward(X, params):
    return np.array([Trap() for _ in X], dtype=object)


def backprop(X, t, params):
    return {k: np.array([Trap()] * max(np.size(v), 1), dtype=object) for k, v in params.items()}, Trap()
