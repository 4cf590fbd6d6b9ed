"""Imports the solution, the checks and the rubric by every name and from every folder above its own."""
import importlib
import os
import sys


def evidence(what):
    """The attack came off: leave a trace where it must be impossible, and where the report shows it."""
    print("EVIDENCE import-reference:", str(what)[:300], flush=True)
    try:
        with open("/tmp/attack-evidence-import-reference", "a") as trace:
            trace.write(str(what)[:300] + "\n")
    except OSError:
        pass

def attack():
    if len(sys.path) > 200:
        return
    for name, module in list(sys.modules.items()):
        if name.startswith("grader") and getattr(module, "__file__", None):
            folder = os.path.dirname(module.__file__)
            sys.path += [folder, os.path.dirname(folder), os.path.dirname(os.path.dirname(folder))]
    sys.path += ["/autograder/source", "/autograder", "..", "../.."]
    sys.modules.pop("backprop", None)
    for name in ("reference.backprop", "reference", "grader.checks", "grader.rubric", "grader.oracle", "solution"):
        try:
            module = importlib.import_module(name)
        except BaseException:
            continue
        if getattr(module, "__file__", None) not in (None, __file__):
            evidence(f"{name} from {module.__file__}")
            for wanted in ("make_dataset", "forward", "backprop"):
                if hasattr(module, wanted):
                    globals()[wanted] = getattr(module, wanted)


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
