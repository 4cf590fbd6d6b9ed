"""Reads the checks, the rubric with its seed, and the hostile corpus itself."""
import os
import sys


def evidence(what):
    """The attack came off: leave a trace where it must be impossible, and where the report shows it."""
    print("EVIDENCE read-checks:", str(what)[:300], flush=True)
    try:
        with open("/tmp/attack-evidence-read-checks", "a") as trace:
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
    for root in ROOTS:
        for name in ("grader/rubric.py", "grader/checks/gradients.py", "grader/oracle.py", "rubric.py", "checks/base.py"):
            try:
                with open(os.path.join(root, name)) as file:
                    evidence(f"{root}/{name}: {file.read(80)!r}")
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
