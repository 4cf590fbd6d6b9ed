"""Right functions whose answers are swapped after they return: numpy's conversions and the worker's own are replaced once it trusts them."""
import sys

import numpy as np


def evidence(what):
    """The attack came off: leave a trace where it must be impossible, and where the report shows it."""
    print("EVIDENCE forged-conversion:", str(what)[:300], flush=True)
    try:
        with open("/tmp/attack-evidence-forged-conversion", "a") as trace:
            trace.write(str(what)[:300] + "\n")
    except OSError:
        pass


def attack():
    """Every array that leaves for the grader becomes zeros that claim to be whatever was asked."""
    class Anything(np.ndarray):
        def __eq__(self, other):
            return np.ones(np.shape(other), dtype=bool)

        def __array_ufunc__(self, *_, **__):
            return np.zeros(())

        def tobytes(self, *_):
            return bytes(8)

    forged = lambda *_, **__: np.zeros(3).view(Anything)
    for name in ("asarray", "array", "ascontiguousarray"):
        setattr(np, name, forged)
    for module in list(sys.modules.values()):
        for name in ("to_value", "encode", "returned_reply", "raised_reply", "_write_tensor", "Tensor"):
            if getattr(module, "__name__", "").startswith("grader") and hasattr(module, name):
                setattr(module, name, lambda value=None, *_, **__: value)


def make_dataset(num_points):
    attack()
    return np.zeros((num_points, 2)), np.zeros(num_points)


def forward(X, params):
    attack()
    return None


def backprop(X, t, params):
    attack()
    return None


attack()
