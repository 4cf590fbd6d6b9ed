"""Answers objects that lie about their class: __class__, isinstance hooks, metaclasses, properties that change from look to look."""
import numpy as np


class Meta(type):
    def __instancecheck__(cls, other):
        return True

    @property
    def __name__(cls):
        return "\x1b[2J<script>" * 100


class Shifty(metaclass=Meta):
    looks = 0

    @property
    def __class__(self):
        type(self).looks += 1
        return (tuple, dict, np.ndarray, float, str)[type(self).looks % 5]

    def __len__(self):
        return -1 if self.looks % 2 else 1 << 62

    def __iter__(self):
        while True:
            yield self

    def items(self):
        return iter(lambda: ("U", self), None)

    keys = values = __iter__

    def __array__(self, *_, **__):
        return np.ones(3).view(Pretender)

    def __getattr__(self, name):
        return self


class Pretender(np.ndarray):
    shape = property(lambda self: (1 << 40, 1 << 40))
    dtype = property(lambda self: np.dtype(float))
    size = property(lambda self: 0)
    ndim = property(lambda self: 1)

    def view(self, *_):
        return self


def attack():
    return Shifty()


def make_dataset(num_points):
    return Shifty(), np.ones(3).view(Pretender)


def forward(X, params):
    return np.ones(len(X)).view(Pretender)


def backprop(X, t, params):
    return {name: Shifty() for name in params}, Shifty()
