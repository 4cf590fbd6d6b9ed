"""Closes every descriptor, then opens its own in their place and replies into the void."""
import os

def attack():
    os.closerange(0, 1024)
    for _ in range(64):
        try:
            os.open(os.devnull, os.O_RDWR)
        except OSError:
            return


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
