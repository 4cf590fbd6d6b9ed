"""Has signals, timers, traces and fault handlers write into the replies, in the middle of the grader's own."""
import faulthandler
import os
import signal
import sys
import threading


def evidence(what):
    """The attack came off: leave a trace where it must be impossible, and where the report shows it."""
    print("EVIDENCE fault-handlers:", str(what)[:300], flush=True)
    try:
        with open("/tmp/attack-evidence-fault-handlers", "a") as trace:
            trace.write(str(what)[:300] + "\n")
    except OSError:
        pass


def interrupt(*_):
    for fd in range(3, 200):
        try:
            os.write(fd, b"bpg\x01\x02junk")
        except OSError:
            continue


def attack():
    try:
        signal.signal(signal.SIGALRM, interrupt)
        signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
    except (OSError, ValueError):
        pass
    for fd in range(3, 200):
        try:
            os.fstat(fd)
            faulthandler.enable(fd, all_threads=True)
            faulthandler.dump_traceback_later(0.01, repeat=True, file=fd)
        except Exception:
            continue
    sys.settrace(lambda *_: None)
    threading.settrace(lambda *_: None)
    sys.excepthook = interrupt


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
