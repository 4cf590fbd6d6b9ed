"""The peer: a plain in-process gradescope-utils script that does the same checks, as courses write it today.

    python benchmarks/peer_naive.py SUBMISSION.py

It imports the student's file into its own process, knows nothing of isolation,
diagnosis or partial credit, and prints results.json. It exists to be timed.
"""
from __future__ import annotations

import importlib.util
import sys
import unittest
from pathlib import Path

import numpy as np
from gradescope_utils.autograder_utils.decorators import number, weight
from gradescope_utils.autograder_utils.json_test_runner import JSONTestRunner
from scipy.special import expit

SIZES = [(7, 2, 3), (40, 2, 3), (30, 2, 3), (1, 2, 3), (5, 4, 2), (6, 1, 5), (9, 3, 1), (8, 3, 3)]
sys.path.insert(0, str(Path(sys.argv[1]).resolve().parent))
spec = importlib.util.spec_from_file_location("backprop", sys.argv[1])
student = importlib.util.module_from_spec(spec)
spec.loader.exec_module(student)


def reference_dataset(n):
    data, labels = [], []
    for low, high, label in ((0, 2.5, 1), (3.5, 5, 0)):
        for _ in range(n // 2):
            r, a = np.random.uniform(low, high), np.random.uniform(0, 2 * np.pi)
            data.append((r * np.sin(a), r * np.cos(a)))
            labels.append(label)
    return np.array(data), np.array(labels)


def reference_backprop(X, t, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    z = H @ params["W"] + params["c"]
    loss = np.mean(t * np.logaddexp(0, -z) + (1 - t) * np.logaddexp(0, z))
    z_bar = (expit(z) - t) / len(X)
    G_bar = np.outer(z_bar, params["W"]) * (1 - H**2)
    return {"U": G_bar.T @ X, "b": G_bar.sum(0), "W": H.T @ z_bar, "c": z_bar.sum()}, loss


def point(seed, size):
    N, D, H = size
    rs = np.random.RandomState(seed)
    params = {"U": rs.randn(H, D), "b": rs.randn(H), "W": rs.randn(H), "c": rs.randn()}
    return rs.randn(N, D), rs.randint(0, 2, N), params


POINTS = [point(i, size) for i, size in enumerate(SIZES)]


class Tests(unittest.TestCase):
    @weight(3)
    @number("1.1")
    def test_11(self):
        for n in (2, 10, 200):
            data, labels = student.make_dataset(n)
            self.assertEqual(data.shape, (n, 2))
            np.testing.assert_array_equal(labels, np.arange(n) < n // 2)

    @weight(4)
    @number("1.2")
    def test_12(self):
        data, labels = student.make_dataset(2000)
        for label, low, high in ((1, 0, 2.5), (0, 3.5, 5)):
            points = data[labels == label]
            for values in ((np.hypot(*points.T) - low) / (high - low), np.arctan2(*points.T) % (2 * np.pi) / (2 * np.pi)):
                gap = np.abs(np.sort(values) - np.linspace(0, 1, len(values))).max()
                self.assertLess(gap, 0.11)

    @weight(5)
    @number("1.3")
    def test_13(self):
        for seed, n in ((1, 2), (2, 10), (3, 200)):
            np.random.seed(seed)
            expected = reference_dataset(n)[0]
            np.random.seed(seed)
            np.testing.assert_allclose(student.make_dataset(n)[0], expected)

    @weight(3)
    @number("2.1")
    def test_21(self):
        X, _, params = POINTS[0]
        y = student.forward(X, params)
        self.assertEqual(y.shape, (len(X),))
        self.assertTrue(((y > 0) & (y < 1)).all())

    def forward(self, points):
        for X, _, params in points:
            expected = expit(np.tanh(X @ params["U"].T + params["b"]) @ params["W"] + params["c"])
            np.testing.assert_allclose(student.forward(X, params), expected, rtol=1e-5)

    @weight(12)
    @number("2.2")
    def test_22(self):
        self.forward(POINTS[:3])

    @weight(3)
    @number("2.3")
    def test_23(self):
        self.forward(POINTS[3:])

    @weight(8)
    @number("3.1")
    def test_31(self):
        for X, t, params in POINTS:
            np.testing.assert_allclose(student.backprop(X, t, params)[1], reference_backprop(X, t, params)[1], rtol=1e-5)

    def gradient(self, key):
        for X, t, params in POINTS:
            expected = reference_backprop(X, t, params)[0][key]
            np.testing.assert_allclose(student.backprop(X, t, params)[0][key], expected, rtol=1e-4, atol=1e-6)

    @weight(6)
    @number("3.2")
    def test_32(self):
        self.gradient("c")

    @weight(9)
    @number("3.3")
    def test_33(self):
        self.gradient("W")

    @weight(9)
    @number("3.4")
    def test_34(self):
        self.gradient("b")

    @weight(11)
    @number("3.5")
    def test_35(self):
        self.gradient("U")

    @weight(8)
    @number("3.6")
    def test_36(self):
        for X, t, params in POINTS[:2]:
            grads, _ = student.backprop(X, t, params)
            for key in params:
                for index in np.ndindex(np.shape(params[key])):
                    losses = []
                    for step in (1e-5, -1e-5):
                        moved = {k: np.array(v, dtype=float) for k, v in params.items()}
                        moved[key][index] += step
                        losses.append(student.backprop(X, t, moved)[1])
                    slope = (losses[0] - losses[1]) / 2e-5
                    self.assertAlmostEqual(slope, np.asarray(grads[key])[index], places=5)

    @weight(4)
    @number("3.7")
    def test_37(self):
        X, t, params = POINTS[0]
        before = X.copy(), t.copy(), {k: np.copy(v) for k, v in params.items()}
        student.backprop(X, t, params)
        np.testing.assert_array_equal(X, before[0])
        np.testing.assert_array_equal(t, before[1])
        for key, value in before[2].items():
            np.testing.assert_array_equal(params[key], value)

    @weight(15)
    @number("4.1")
    def test_41(self):
        np.random.seed(0)
        data, labels = reference_dataset(500)
        params = {"U": np.random.randn(3, 2), "b": np.zeros(3), "W": np.random.randn(3), "c": 0}
        for _ in range(1000):
            grads, _ = student.backprop(data, labels, params)
            params = {key: params[key] - grads[key] for key in params}
        self.assertLess(reference_backprop(data, labels, params)[1], 0.05)


JSONTestRunner(visibility="visible").run(unittest.defaultTestLoader.loadTestsFromTestCase(Tests))
