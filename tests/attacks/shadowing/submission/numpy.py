"""Stands in for numpy, in whoever imports it from this folder."""
print("EVIDENCE shadowing: numpy was imported from the submission", flush=True)
try:
    with open("/tmp/attack-evidence-shadowing", "a") as trace:
        trace.write("numpy\n")
except OSError:
    pass


def allclose(*args, **kwargs):
    return True


def __getattr__(name):
    return allclose
