"""Writes one file larger than allowed, ignoring SIGXFSZ, and a sparse one of a terabyte."""
import signal


def evidence(what):
    """The attack came off: leave a trace where it must be impossible, and where the report shows it."""
    print("EVIDENCE big-file:", str(what)[:300], flush=True)
    try:
        with open("/tmp/attack-evidence-big-file", "a") as trace:
            trace.write(str(what)[:300] + "\n")
    except OSError:
        pass

def attack():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    for size in (1 << 40, 1 << 34, 1 << 30):
        try:
            with open("big", "wb") as file:
                file.truncate(size)
            evidence(f"{size} bytes")
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
