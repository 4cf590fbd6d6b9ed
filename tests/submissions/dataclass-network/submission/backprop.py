from dataclasses import asdict, dataclass

import numpy as np


@dataclass(frozen=True)
class Activations:
    H: np.ndarray
    z: np.ndarray

    @property
    def y(self):
        return 1 / (1 + np.exp(-self.z))


@dataclass
class Gradients:
    U: np.ndarray
    b: np.ndarray
    W: np.ndarray
    c: float


@dataclass
class Ring:
    inner: float
    outer: float
    label: int

    def point(self):
        radius = np.random.uniform(self.inner, self.outer)
        angle = np.random.uniform(0, 2 * np.pi)
        return radius * np.sin(angle), radius * np.cos(angle)


RINGS = [Ring(0, 2.5, 1), Ring(3.5, 5, 0)]


def make_dataset(num_points):
    rows = [(*ring.point(), ring.label) for ring in RINGS for _ in range(num_points // 2)]
    table = np.array(rows)
    return table[:, :2], table[:, 2].astype(int)


def activate(X, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    return Activations(H=H, z=H @ params["W"] + params["c"])


def forward(X, params):
    return activate(X, params).y


def backprop(X, t, params):
    a = activate(X, params)
    z_bar = (a.y - t) / len(t)
    G_bar = np.outer(z_bar, params["W"]) * (1 - a.H**2)
    grads = Gradients(U=G_bar.T @ X, b=G_bar.sum(0), W=a.H.T @ z_bar, c=float(z_bar.sum()))
    loss = np.mean(t * np.logaddexp(0, -a.z) + (1 - t) * np.logaddexp(0, a.z))
    return asdict(grads), float(loss)
