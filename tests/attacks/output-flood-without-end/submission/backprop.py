"""Prints for ever, as fast as the pipe takes it."""
import os

def attack():
    block = b"all work and no play makes jack a dull boy\n" * 1000
    while True:
        os.write(1, block)
        os.write(2, block)


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
