"""Searches every live object for a function named like the solution's, from another module."""
import gc
import types


def evidence(what):
    """The attack came off: leave a trace where it must be impossible, and where the report shows it."""
    print("EVIDENCE gc-hunt:", str(what)[:300], flush=True)
    try:
        with open("/tmp/attack-evidence-gc-hunt", "a") as trace:
            trace.write(str(what)[:300] + "\n")
    except OSError:
        pass

NAMES = ("make_dataset", "forward", "backprop", "_hidden_and_logit", "finite_differences")


def attack():
    for item in gc.get_objects():
        if isinstance(item, types.FunctionType) and item.__name__ in NAMES and item.__module__ != __name__:
            evidence(f"{item.__module__}.{item.__name__} of {item.__code__.co_filename}")
            globals()[item.__name__] = item
        if isinstance(item, types.ModuleType) and item.__name__.split(".")[0] in ("reference", "solution"):
            evidence(item.__name__)


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
