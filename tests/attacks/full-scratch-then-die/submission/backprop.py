"""Fills its folder beyond the bound and ends at once, so that its next process starts in a full folder."""
import os

BLOCK = bytes(1 << 20)


def die(*arguments):
    for number in range(5):
        with open(f"part-{number}", "wb") as file:
            for _ in range(60):
                file.write(BLOCK)
    os._exit(0)


make_dataset = forward = backprop = die
