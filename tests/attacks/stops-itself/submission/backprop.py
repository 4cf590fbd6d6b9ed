"""Stops itself by SIGSTOP, raised and sent, so that it neither works nor ends."""
import os
import signal
import time

def attack():
    for number in (signal.SIGSTOP, signal.SIGTSTP):
        try:
            signal.raise_signal(number)
            os.kill(os.getpid(), number)
            os.kill(0, number)
        except OSError:
            continue
    time.sleep(10**6)


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
