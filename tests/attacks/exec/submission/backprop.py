"""Becomes another program: a shell, a set-user-ID one, a file of its own, one in memory."""
import os
import sys

def attack():
    with open("program", "w") as file:
        file.write("#!/bin/sh\ntouch /tmp/attack-evidence-exec\n")
    for argv in (
        ["/bin/sh", "-c", "echo EVIDENCE exec: a shell; touch /tmp/attack-evidence-exec"], ["/usr/bin/su", "-c", "id"],
        ["./program"], [sys.executable, "-c", "print('EVIDENCE exec: another Python')"],
    ):
        try:
            os.execve(argv[0], argv, {})
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
