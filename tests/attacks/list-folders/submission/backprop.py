"""Lists the grader's folders, all processes, and the folders where other submissions may lie."""
import os
import sys


def evidence(what):
    """The attack came off: leave a trace where it must be impossible, and where the report shows it."""
    print("EVIDENCE list-folders:", str(what)[:300], flush=True)
    try:
        with open("/tmp/attack-evidence-list-folders", "a") as trace:
            trace.write(str(what)[:300] + "\n")
    except OSError:
        pass

ROOTS = ["/autograder/source", "/autograder", "..", "../..", "../../..", "/root", "/home", "/opt", "/srv"]
for name, module in list(sys.modules.items()):
    if name.startswith("grader") and getattr(module, "__file__", None):
        ROOTS.append(os.path.join(os.path.dirname(module.__file__), "..", ".."))
        ROOTS.append(os.path.join(os.path.dirname(module.__file__), ".."))
for pid in ("self", str(os.getppid())):
    ROOTS += [f"/proc/{pid}/cwd", f"/proc/{pid}/root"]


def attack():
    for root in [*ROOTS, "/", "/tmp", "/proc", "/autograder/submission", "/dev/shm", "/etc"]:
        if os.path.realpath(root) == os.path.realpath("."):
            continue
        try:
            names = os.listdir(root)
        except OSError:
            continue
        evidence(f"{root}: {names[:20]}")


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
