"""Stands in for sitecustomize, in whoever imports it from this folder."""
print("EVIDENCE shadowing: sitecustomize was imported from the submission", flush=True)
try:
    with open("/tmp/attack-evidence-shadowing", "a") as trace:
        trace.write("sitecustomize\n")
except OSError:
    pass


def allclose(*args, **kwargs):
    return True


def __getattr__(name):
    return allclose
