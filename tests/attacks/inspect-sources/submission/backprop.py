"""Reads the sources of all loaded modules by inspect, looking for answers in them."""
import inspect
import sys


def evidence(what):
    """The attack came off: leave a trace where it must be impossible, and where the report shows it."""
    print("EVIDENCE inspect-sources:", str(what)[:300], flush=True)
    try:
        with open("/tmp/attack-evidence-inspect-sources", "a") as trace:
            trace.write(str(what)[:300] + "\n")
    except OSError:
        pass

def attack():
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] in ("reference", "checks", "diagnosis") or name.startswith(("grader.checks", "grader.diag")):
            evidence(f"{name} is loaded")
        if not name.startswith("grader"):
            continue
        try:
            source = inspect.getsource(module)
        except (OSError, TypeError):
            continue
        evidence(f"{name}: {source[:80]!r}")
    for frame in inspect.stack():
        if "expected" in frame.frame.f_locals:
            evidence(frame.function)


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
