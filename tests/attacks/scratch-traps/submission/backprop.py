"""Fills scratch with links, FIFOs, devices and unreadable folders for whoever cleans up."""
import os


def evidence(what):
    """The attack came off: leave a trace where it must be impossible, and where the report shows it."""
    print("EVIDENCE scratch-traps:", str(what)[:300], flush=True)
    try:
        with open("/tmp/attack-evidence-scratch-traps", "a") as trace:
            trace.write(str(what)[:300] + "\n")
    except OSError:
        pass

def attack():
    for name, make in (
        ("link-to-passwd", lambda: os.symlink("/etc/passwd", "link-to-passwd")),
        ("pictures", lambda: os.symlink("/etc", "pictures")),
        ("fifo.png", lambda: os.mkfifo("fifo.png")),
        ("device", lambda: os.mknod("device", 0o20666, os.makedev(1, 5))),
        ("hard-link", lambda: os.link(os.__file__, "hard-link")),
    ):
        try:
            make()
        except OSError:
            continue
        evidence(f"made {name}")
    for depth in range(200):
        try:
            os.mkdir("d" * 200)
            os.chdir("d" * 200)
        except OSError:
            break
    try:
        os.chmod(".", 0)
    except OSError:
        pass


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
