"""Leaves files for the next submission in every place that programs share, and looks for those of the last one."""
import os


def evidence(what):
    """The attack came off: leave a trace where it must be impossible, and where the report shows it."""
    print("EVIDENCE left-behind-files:", str(what)[:300], flush=True)
    try:
        with open("/tmp/attack-evidence-left-behind-files", "a") as trace:
            trace.write(str(what)[:300] + "\n")
    except OSError:
        pass

PLACES = ("/tmp", "/var/tmp", "/dev/shm", "/run", "/run/lock", "/dev/mqueue", "/var/crash", "/home", "/usr/local/lib")


def attack():
    for place in PLACES:
        path = os.path.join(place, "left-behind.py")
        if os.path.exists(path):
            evidence(f"found {path}")
        try:
            with open(path, "w") as file:
                file.write("from backprop import *")
        except OSError:
            continue
        evidence(f"left {path}")


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
