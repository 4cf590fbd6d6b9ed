"""Stands in for gradescope_utils, in whoever imports it from this folder."""
print("EVIDENCE shadowing: gradescope_utils was imported from the submission", flush=True)
try:
    with open("/tmp/attack-evidence-shadowing", "a") as trace:
        trace.write("gradescope_utils\n")
except OSError:
    pass


def allclose(*args, **kwargs):
    return True


def __getattr__(name):
    return allclose
