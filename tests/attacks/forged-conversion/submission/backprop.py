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


def machinery():
    """The worker's own namespaces by their names: those of the frames below, and what can be reached from there."""
    found, frame, todo = {}, sys._getframe(), []
    while frame is not None:
        todo.append(frame.f_globals)
        frame = frame.f_back
    while todo:
        space = todo.pop()
        name = str(space.get("__name__"))
        if name.startswith("grader.") and name not in found:
            found[name] = space
            todo += [getattr(item, "__globals__", None) or getattr(item, "__dict__", {}) for item in list(space.values())]
    return found


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
    for space in machinery().values():
        for name in ("to_value", "encode", "returned_reply", "raised_reply", "_write_tensor", "Tensor"):
            if name in space:
                space[name] = lambda value=None, *_, **__: value


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
