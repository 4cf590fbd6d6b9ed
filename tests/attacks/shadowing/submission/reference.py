"""Stands in for reference, in whoever imports it from this folder."""
print("EVIDENCE shadowing: reference was imported from the submission", flush=True)
try:
    with open("/tmp/attack-evidence-shadowing", "a") as trace:
        trace.write("reference\n")
except OSError:
    pass


def allclose(*args, **kwargs):
    return True


def __getattr__(name):
    return allclose
