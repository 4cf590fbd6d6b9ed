"""Climbs the callers' frames and looks in their variables for answers and for a solution."""
import sys


def evidence(what):
    """The attack came off: leave a trace where it must be impossible, and where the report shows it."""
    print("EVIDENCE sys-getframe:", str(what)[:300], flush=True)
    try:
        with open("/tmp/attack-evidence-sys-getframe", "a") as trace:
            trace.write(str(what)[:300] + "\n")
    except OSError:
        pass

WANTED = ("expected", "reference", "solution", "answer", "answers", "rubric", "secret", "oracle")


def attack():
    frame = sys._getframe()
    while frame is not None:
        for scope in (frame.f_locals, frame.f_globals):
            for name, value in list(scope.items()):
                if any(word in name.lower() for word in WANTED) and not callable(value) and name not in ("WANTED",):
                    evidence(f"{frame.f_code.co_name}: {name} = {value!r}")
        frame = frame.f_back


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
