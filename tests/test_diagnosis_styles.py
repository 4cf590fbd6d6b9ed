"""Mistakes in programs of many styles: what was coded is told, at its step, with its factors, and no wrong line is shown."""
from __future__ import annotations

import pytest

from grader.diagnosis import diagnose
from grader.selftest import styles
from grader.selftest.diagnosis import InProcess, changed_lines, pointing, wrong_quantities
from grader.selftest.mutants import reference_source

REFERENCE = InProcess(reference_source())
Told = tuple[str, str, str, "list[str] | None", "list[str] | None"]
# Name, style, replacements, and what must be told: quantities, id ("" any, | between several), step, missing, extra (None: any).
CASES: list[tuple[str, str, list[tuple[str, str]], list[Told]]] = [
    ("A-no-mean", "layer-names", [
        ("(a2 - t) / m",
         "a2 - t"),
    ], [
        ("dc dW db dU", "missing-batch-mean", "z_bar", ["1/N"], []),
    ]),
    ("A-tanhprime-none", "layer-names", [
        ("da1 * tanh_prime(a1)",
         "da1"),
    ], [
        ("db dU", "missing-tanh-derivative", "G_bar", ["1-h^2"], []),
    ]),
    ("A-tanhprime-z1", "layer-names", [
        ("tanh_prime(a1)",
         "tanh_prime(z1)"),
    ], [
        ("db dU", "score-for-hidden-in-tanh-derivative", "G_bar", ["1-h^2"], ["1-g^2"]),
    ]),
    ("A-tanhprime-sig", "layer-names", [
        ("return 1 - a ** 2",
         "return a * (1 - a)"),
    ], [
        ("db dU", "sigmoid-derivative-for-tanh", "G_bar", None, None),
    ]),
    ("A-tanhprime-tanh", "layer-names", [
        ("return 1 - a ** 2",
         "return 1 - np.tanh(a) ** 2"),
    ], [
        ("db dU", "tanh-of-h", "G_bar", None, None),
    ]),
    ("A-mean-and-tanh", "layer-names", [
        ("(a2 - t) / m",
         "(a2 - t)"),
        ("da1 * tanh_prime(a1)",
         "da1"),
    ], [
        ("dc dW", "missing-batch-mean", "z_bar", ["1/N"], []),
        ("db", "missing-tanh-derivative", "G_bar", None, None),
        ("dU", "", "", None, None),
    ]),
    ("A-dc-mean", "layer-names", [
        ("dc = np.sum(delta2)",
         "dc = np.mean(delta2)"),
    ], [
        ("dc", "mean-taken-twice", "c_bar", [], ["1/N"]),
    ]),
    ("A-sign", "layer-names", [
        ("(a2 - t) / m",
         "(t - a2) / m"),
    ], [
        ("dc dW db dU", "residual-sign-flipped", "z_bar", [], ["-1"]),
    ]),
    ("A-swapped-keys", "layer-names", [
        ('"b": db, "W": dW',
         '"b": dW, "W": db'),
    ], [
        ("db dW", "gradients-under-each-others-keys", "grads", None, None),
    ]),
    ("A-db-axis1", "layer-names", [
        ("db = np.sum(delta1, axis=0)",
         "db = np.sum(delta1, axis=1)"),
    ], [
        ("db", "sum-over-wrong-axis", "b_bar", None, None),
    ]),
    ("A-sigmoid-hidden-consistent", "layer-names", [
        ("a1 = np.tanh(z1)",
         "a1 = sigmoid(z1)"),
        ("return 1 - a ** 2",
         "return a * (1 - a)"),
    ], [
        ("y loss dc dW db dU", "sigmoid-hidden-layer", "H", None, None),
    ]),
    ("A-relu-hidden-consistent", "layer-names", [
        ("a1 = np.tanh(z1)",
         "a1 = np.maximum(0, z1)"),
        ("tanh_prime(a1)",
         "(z1 > 0)"),
    ], [
        ("y loss dc dW db dU", "relu-hidden-layer", "H", None, None),
    ]),
    ("A-relu-hidden-only-fwd", "layer-names", [
        ("a1 = np.tanh(z1)",
         "a1 = np.maximum(0, z1)"),
    ], [
        ("y loss dc dW db dU", "relu-hidden-layer", "H", None, None),
    ]),
    ("A-linear-hidden", "layer-names", [
        ("a1 = np.tanh(z1)",
         "a1 = z1"),
        ("da1 * tanh_prime(a1)",
         "da1"),
    ], [
        ("y loss dc dW db dU", "missing-hidden-activation", "H", None, None),
    ]),
    ("A-no-b", "layer-names", [
        (' + params["b"]',
         ""),
    ], [
        ("y loss dc dW db dU", "missing-hidden-bias", "G", None, None),
    ]),
    ("A-no-c", "layer-names", [
        (' + params["c"]',
         ""),
    ], [
        ("y loss dc dW db dU", "missing-output-bias", "z", None, None),
    ]),
    ("A-no-b-no-c", "layer-names", [
        (' + params["c"]',
         ""),
        (' + params["b"]',
         ""),
    ], [
        ("y dW db dU", "missing-hidden-bias", "G", None, None),
        ("loss", "missing-output-bias", "z", None, None),
    ]),
    ("A-relu-and-mean", "layer-names", [
        ("a1 = np.tanh(z1)",
         "a1 = np.maximum(0, z1)"),
        ("tanh_prime(a1)",
         "(z1 > 0)"),
        ("(a2 - t) / m",
         "a2 - t"),
    ], [
        ("y loss", "relu-hidden-layer", "H", None, None),
        ("dc", "missing-batch-mean", "z_bar", None, None),
    ]),
    ("B-last-only", "plain-python", [
        ("dW[j] += err * h[j]",
         "dW[j] = err * h[j]"),
    ], [
        ("dW", "only-last-example", "W_bar", None, None),
    ]),
    ("B-no-mean", "plain-python", [
        ("(y - t[i]) / N",
         "y - t[i]"),
    ], [
        ("dc dW db dU", "missing-batch-mean", "z_bar", ["1/N"], []),
    ]),
    ("B-no-square", "plain-python", [
        ("(1 - h[j] * h[j])",
         "(1 - h[j])"),
    ], [
        ("db dU", "missing-square-in-tanh-derivative", "G_bar", ["1+h"], []),
    ]),
    ("B-wrong-unit", "plain-python", [
        ('err * params["W"][j]',
         'err * params["W"][0]'),
    ], [
        ("db dU", "first-weight-only", "H_bar", None, None),
    ]),
    ("B-wrong-unit-h", "plain-python", [
        ("(1 - h[j] * h[j])",
         "(1 - h[0] * h[0])"),
    ], [
        ("db dU", "hidden-first-unit", "G_bar", None, None),
    ]),
    ("B-db-indent", "plain-python", [
        ('            db[j] += back\n            for d',
         '            db[j] = back\n            for d'),
    ], [
        ("db", "only-last-example", "b_bar", None, None),
    ]),
    ("B-loss-not-divided", "plain-python", [
        ('loss / N\n',
         'loss\n'),
    ], [
        ("loss", "loss-summed", "loss", ["1/N"], []),
    ]),
    ("B-loss-plus", "plain-python", [
        ("loss -= t[i]",
         "loss += t[i]"),
    ], [
        ("loss", "missing-minus-in-loss", "loss", ["-1"], []),
    ]),
    ("B-W-left-out-and-sigderiv", "plain-python", [
        ('err * params["W"][j]',
         "err"),
        ("(1 - h[j] * h[j])",
         "h[j] * (1 - h[j])"),
    ], [
        ("db", "missing-output-weights", "H_bar", None, None),
        ("dU", "sigmoid-derivative-for-tanh", "G_bar", None, None),
    ]),
    ("C-dW-order", "column-vectors", [
        ("dW = dz.T.dot(H)",
         "dW = dz.T.dot(G)"),
    ], [
        ("dW", "score-for-hidden", "W_bar", ["h"], ["g"]),
    ]),
    ("C-dU-T", "column-vectors", [
        ("dU = dG.T.dot(X)",
         "dU = X.T.dot(dG)"),
    ], [
        ("dU", "transposed", "U_bar", None, None),
    ]),
    ("C-dH", "column-vectors", [
        ("db = np.sum(dG, axis=0)",
         "db = np.sum(dH, axis=0)"),
    ], [
        ("db", "hidden-gradient-for-score-gradient", "b_bar", ["1-h^2"], []),
    ]),
    ("C-db-mean", "column-vectors", [
        ("db = np.sum(dG, axis=0)",
         "db = np.mean(dG, axis=0)"),
    ], [
        ("db", "mean-taken-twice", "b_bar", [], ["1/N"]),
    ]),
    ("C-squared-error", "column-vectors", [
        ("np.mean(-T * np.log(y) - (1 - T) * np.log(1 - y))",
         "np.mean((y - T) ** 2) / 2"),
        ("dz = (y - T) / N",
         "dz = (y - T) * y * (1 - y) / N"),
    ], [
        ("loss", "half-squared-error-loss", "loss", None, None),
        ("dc dW db dU", "extra-sigmoid-derivative", "z_bar", [], ["y(1-y)"]),
    ]),
    ("C-log2", "column-vectors", [
        ("np.log(y)",
         "np.log2(y)"),
        ("np.log(1 - y)",
         "np.log2(1 - y)"),
    ], [
        ("loss", "base-2-logarithm", "loss", None, None),
    ]),
    ("C-clip", "column-vectors", [
        ("-T * np.log(y) - (1 - T) * np.log(1 - y)",
         "-T * np.log(np.clip(y, 0.1, 0.9)) - (1 - T) * np.log(1 - np.clip(y, 0.1, 0.9))"),
    ], [
        ("loss", "loss-clipped", "loss", None, None),
    ]),
    ("C-clip-1e-2", "column-vectors", [
        ("-T * np.log(y) - (1 - T) * np.log(1 - y)",
         "-T * np.log(np.clip(y, 0.05, 0.95)) - (1 - T) * np.log(1 - np.clip(y, 0.05, 0.95))"),
    ], [
        ("loss", "loss-clipped", "loss", None, None),
    ]),
    ("D-no-tanh", "network-object", [
        ("H_bar * (1 - self.H ** 2)",
         "H_bar"),
    ], [
        ("db dU", "missing-tanh-derivative", "G_bar", ["1-h^2"], []),
    ]),
    ("D-twice", "network-object", [
        ("H_bar * (1 - self.H ** 2)",
         "H_bar * (1 - self.H ** 2) * (1 - self.H ** 2)"),
    ], [
        ("db dU", "tanh-derivative-twice", "G_bar", [], ["1-h^2"]),
    ]),
    ("D-2factor", "network-object", [
        ("(self.y - t) / n",
         "2 * (self.y - t) / n"),
    ], [
        ("dc dW db dU", "extra-two", "z_bar", [], ["2"]),
    ]),
    ("D-mean-all", "network-object", [
        ("z_bar.sum()",
         "z_bar.mean()"),
        ("G_bar.sum(0)",
         "G_bar.mean(0)"),
    ], [
        ("dc", "mean-taken-twice", "c_bar", None, None),
        ("db", "mean-taken-twice", "b_bar", None, None),
    ]),
    ("D-W-updated", "network-object", [
        ("        H_bar = z_bar",
         '        self.W = self.W - 1.0 * self.dW\n        H_bar = z_bar'),
    ], [
        ("db dU", "weights-updated-inside", "H_bar", None, None),
    ]),
    ("D-W-updated-0.3", "network-object", [
        ("        H_bar = z_bar",
         '        self.W = self.W - 0.3 * self.dW\n        H_bar = z_bar'),
    ], [
        ("db dU", "weights-updated-inside", "H_bar", None, None),
    ]),
    ("D-z-for-y", "network-object", [
        ("(self.y - t) / n",
         "(self.z - t) / n"),
    ], [
        ("dc dW db dU", "missing-output-sigmoid", "z_bar", None, None),
    ]),
    ("D-forward-c-twice", "network-object", [
        ("self.H @ self.W + self.c",
         "self.H @ self.W + 2 * self.c"),
    ], [
        ("y loss dc dW db dU", "output-bias-twice", "z", None, None),
    ]),
    ("D-grad-for-loss-sum", "network-object", [
        ("np.mean(np.logaddexp",
         "np.sum(np.logaddexp"),
        ("(self.y - t) / n",
         "(self.y - t)"),
    ], [
        ("loss", "loss-summed", "loss", None, None),
        ("dc dW db dU", "missing-batch-mean", "z_bar", ["1/N"], []),
    ]),
    ("E-no-tanh", "augmented", [
        (" * (1 - A1 ** 2)",
         ""),
    ], [
        ("db dU", "missing-tanh-derivative", "G_bar", ["1-h^2"], []),
    ]),
    ("F-no-mean", "single-precision-throughout", [
        ("(y - t) / N",
         "y - t"),
    ], [
        ("dc dW db dU", "missing-batch-mean", "z_bar", ["1/N"], []),
    ]),
    ("F-1-h", "single-precision-throughout", [
        ("(f32(1) - H * H)",
         "(f32(1) - H)"),
    ], [
        ("db dU", "missing-square-in-tanh-derivative", "G_bar", ["1+h"], []),
    ]),
    ("F-tanh-of-h", "single-precision-throughout", [
        ("(f32(1) - H * H)",
         "(f32(1) - np.tanh(H) ** 2)"),
    ], [
        ("db dU", "tanh-of-h", "G_bar", None, None),
    ]),
    ("F-pair", "single-precision-throughout", [
        ("(f32(1) - H * H)",
         "(f32(1) - H)"),
        ("dW = dz @ H",
         "dW = dz @ (X @ params['U'].T.astype(f32) + params['b'].astype(f32))"),
    ], [
        ("db dU", "missing-square-in-tanh-derivative", "G_bar", ["1+h"], []),
        ("dW", "score-for-hidden", "W_bar", ["h"], ["g"]),
    ]),
    ("F-transposed", "single-precision-throughout", [
        ("dU = dG.T @ X",
         "dU = X.T @ dG"),
    ], [
        ("dU", "transposed", "U_bar", None, None),
    ]),
    ("G-no-div", "batches", [
        ("        total[k] = total[k] / N",
         "        total[k] = total[k]"),
    ], [
        ("dc dW db dU", "missing-batch-mean", "z_bar", ["1/N"], []),
    ]),
    ("G-forgot-c", "batches", [
        ('    for k in total:\n',
         "    for k in ('U', 'b', 'W'):\n"),
    ], [
        ("dc", "missing-batch-mean", "c_bar", ["1/N"], []),
    ]),
    ("S-wrong-col", "two-class-softmax", [
        ("dz = ds[:, 1]",
         "dz = ds[:, 0]"),
    ], [
        ("dc dW db dU", "residual-sign-flipped|sign-flipped", "z_bar", None, None),
    ]),
    ("S-wrong-out", "two-class-softmax", [
        ("return two(X, params)[1][:, 1]",
         "return two(X, params)[1][:, 0]"),
    ], [
        ("y", "", "", None, None),
    ]),
    ("S-no-square", "two-class-softmax", [
        ("(1 - np.square(H))",
         "(1 - H)"),
    ], [
        ("db dU", "missing-square-in-tanh-derivative", "G_bar", ["1+h"], []),
    ]),
    ("S-both", "two-class-softmax", [
        ("dz = ds[:, 1]",
         "dz = ds[:, 1] - ds[:, 0]"),
    ], [
        ("dc dW db dU", "extra-two", "z_bar", [], ["2"]),
    ]),
    ("J-dydz-missing", "jacobians", [
        ("dL_dz = dL_dy * dy_dz",
         "dL_dz = dL_dy"),
    ], [
        ("dc dW db dU", "missing-sigmoid-derivative", "z_bar", ["y(1-y)"], []),
    ]),
    ("J-H-diag", "jacobians", [
        ("np.diag(1 - H ** 2)",
         "np.diag(1 - G ** 2)"),
    ], [
        ("db dU", "score-for-hidden-in-tanh-derivative", "G_bar", ["1-h^2"], ["1-g^2"]),
    ]),
    ("J-noW", "jacobians", [
        ("(dL_dz * dz_dH) @ dH_dG",
         "dL_dz * (1 - H ** 2)"),
    ], [
        ("db dU", "missing-output-weights", "H_bar", ["w"], []),
    ]),
    ("J-outer", "jacobians", [
        ("np.outer(dL_dG, x)",
         "np.outer(x, dL_dG).reshape(U.shape)"),
    ], [
        ("dU", "transposed-and-reshaped", "U_bar", None, None),
    ]),
    ("J-dlsign", "jacobians", [
        ("-t[n] / y + (1 - t[n])",
         "t[n] / y + (1 - t[n])"),
    ], [
        ("dc dW db dU", "loss-derivative-signs|residual-absolute", "z_bar", None, None),
    ]),
    ("K-no-m", "examples-as-columns", [
        ("dW1 = dZ1 @ A0.T / m",
         "dW1 = dZ1 @ A0.T"),
    ], [
        ("dU", "missing-batch-mean", "U_bar", ["1/N"], []),
    ]),
    ("K-no-m-2", "examples-as-columns", [
        ("dW1 = dZ1 @ A0.T / m",
         "dW1 = dZ1 @ A0.T"),
        ("np.sum(dZ1, axis=1) / m",
         "np.sum(dZ1, axis=1)"),
    ], [
        ("dU db", "missing-batch-mean", "", None, None),
    ]),
    ("K-axis0", "examples-as-columns", [
        ("db1 = np.sum(dZ1, axis=1) / m",
         "db1 = np.sum(dZ1, axis=0) / m"),
    ], [
        ("db", "sum-over-wrong-axis", "b_bar", None, None),
    ]),
    ("K-dA1", "examples-as-columns", [
        ("dZ1 = dA1 * (1 - A1 ** 2)",
         "dZ1 = dA1 * (1 - Z1 ** 2)"),
    ], [
        ("db dU", "score-for-hidden-in-tanh-derivative", "G_bar", ["1-h^2"], ["1-g^2"]),
    ]),
    ("K-W1", "examples-as-columns", [
        ('dA1 = params["W"][:, np.newaxis] @ dZ2',
         'dA1 = params["b"][:, np.newaxis] @ dZ2'),
    ], [
        ("db dU", "hidden-bias-for-output-weights", "H_bar", None, None),
    ]),
    ("K-mean-twice", "examples-as-columns", [
        ("dZ2 = A2 - Y",
         "dZ2 = (A2 - Y) / m"),
    ], [
        ("dc dW db dU", "mean-taken-twice", "z_bar", [], ["1/N"]),
    ]),
    ("L-idx", "einsum-with-grads", [
        ('"nh,nd->hd", dG, X',
         '"nh,nd->dh", dG, X'),
    ], [
        ("dU", "transposed", "U_bar", None, None),
    ]),
    ("L-nosum", "einsum-with-grads", [
        ('np.einsum("nh->h", dG)',
         "dG"),
    ], [
        ("db", "missing-sum-over-examples", "b_bar", None, None),
    ]),
    ("L-dH-r", "einsum-with-grads", [
        ('np.einsum("nh,nh->nh", dH, 1 - H ** 2)',
         'np.einsum("nh,nh->nh", dH, 1 + H ** 2)'),
    ], [
        ("db dU", "plus-for-minus", "G_bar", None, None),
    ]),
    ("L-W-sum", "einsum-with-grads", [
        ('np.einsum("nh,n->h", H, r)',
         'np.einsum("nh,m->h", H, r)'),
    ], [
        ("dW", "hidden-summed", "W_bar", None, None),
    ]),
    ("L-U-sum", "einsum-with-grads", [
        ('np.einsum("nh,nd->hd", dG, X)',
         'np.einsum("nh,md->hd", dG, X)'),
    ], [
        ("dU", "points-summed", "U_bar", None, None),
    ]),
    ("M-cacheXold", "module-cache", [
        ('dL_dG.T.dot(cache["X"])',
         'dL_dG.T.dot(cache["H"])'),
    ], [
        ("dU", "hidden-for-input", "U_bar", None, None),
    ]),
    ("M-prec", "module-cache", [
        ('dL_dH * (1 - cache["H"] ** 2)',
         'dL_dH * 1 - cache["H"] ** 2'),
    ], [
        ("db dU", "missing-parentheses", "G_bar", None, None),
    ]),
    ("M-tN", "module-cache", [
        ("(y - t) / len(t)",
         "y - t / len(t)"),
    ], [
        ("dc dW db dU", "labels-divided-by-n", "z_bar", None, None),
    ]),
    ("M-lenparams", "module-cache", [
        ("(y - t) / len(t)",
         "(y - t) / len(params)"),
    ], [
        ("dc dW db dU", "fixed-count", "z_bar", None, None),
    ]),
    ("M-H-T", "module-cache", [
        ('cache["H"].T.dot(dL_dz)',
         'cache["H"].sum(axis=0) * dL_dz.sum()'),
    ], [
        ("dW", "hidden-summed", "W_bar", None, None),
    ]),
    ("M-accum", "module-cache", [
        ("cache = {}",
         "cache = {}\nacc = {'U': 0, 'b': 0, 'W': 0, 'c': 0}"),
        ('return {"W": dL_dW, "c": dL_dc, "U": dL_dU, "b": dL_db}, loss',
         'g = {"W": dL_dW, "c": dL_dc, "U": dL_dU, "b": dL_db}\n    for k in g:\n'
         '        if np.shape(acc[k]) != np.shape(g[k]): acc[k] = 0\n        acc[k] = acc[k] + g[k]\n    return dict(acc), loss'),
    ], [
        ("dc dW db dU", "gradients-accumulate-over-calls", "grads", None, None),
    ]),
    ("M-update-before-H", "module-cache", [
        ("    dL_dH = np",
         "    params['W'] = params['W'] - 0.5 * dL_dW\n    dL_dH = np"),
    ], [
        ("db dU", "weights-updated-inside", "H_bar", None, None),
    ]),
    ("M-global-num", "module-cache", [
        ('def backprop(X, t, params):\n',
         'num_data = 500\n\ndef backprop(X, t, params):\n'),
        ("(y - t) / len(t)",
         "(y - t) / num_data"),
    ], [
        ("dc dW db dU", "fixed-count", "z_bar", None, None),
    ]),
    ("G-fwd-sigmoid", "batches", [
        ('    H = np.tanh(G)\n    z = H',
         '    H = sigmoid(G)\n    z = H'),
    ], [
        ("y", "sigmoid-hidden-layer", "H", None, None),
    ]),
    ("G-fwd-noT", "batches", [
        ('X @ params["U"].T + params["b"]\n    H',
         'X @ params["U"].reshape(X.shape[1], -1) + params["b"]\n    H'),
    ], [
        ("y", "hidden-weights-reshaped", "G", None, None),
    ]),
    ("G-fwd-nosig", "batches", [
        ("    return sigmoid(z)",
         "    return z"),
    ], [
        ("y", "missing-output-sigmoid", "y", None, None),
    ]),
    ("G-fwd-softmax", "batches", [
        ("    return sigmoid(z)",
         "    return np.exp(z) / np.sum(np.exp(z))"),
    ], [
        ("y", "softmax-output", "y", None, None),
    ]),
    ("G-fwd-both-noc-nob", "batches", [
        ('    G = X @ params["U"].T + params["b"]',
         '    G = X @ params["U"].T'),
        ('H @ params["W"] + params["c"]\n    return',
         'H @ params["W"]\n    return'),
    ], [
        ("y", "", "", None, None),
    ]),
    ("G-fwd-U-W-swapped", "batches", [
        ('    G = X @ params["U"].T + params["b"]\n    H = np.tanh(G)\n    z = H @ params["W"] + params["c"]',
         '    G = X @ params["U"].T + params["W"]\n    H = np.tanh(G)\n    z = H @ params["b"] + params["c"]'),
    ], [
        ("y", "", "", None, None),
    ]),
    ("A-loss-01", "layer-names", [
        ("-np.sum(t * np.log(a2) + (1 - t) * np.log(1 - a2)) / m",
         "np.mean((a2 > 0.5) != t)"),
    ], [
        ("loss", "zero-one-loss", "loss", None, None),
    ]),
    ("A-loss-term", "layer-names", [
        ("t * np.log(a2) + (1 - t) * np.log(1 - a2)",
         "t * np.log(a2)"),
    ], [
        ("loss", "loss-lacks-label-0", "loss", None, None),
    ]),
    ("A-loss-term0", "layer-names", [
        ("t * np.log(a2) + (1 - t) * np.log(1 - a2)",
         "(1 - t) * np.log(1 - a2)"),
    ], [
        ("loss", "loss-lacks-label-1", "loss", None, None),
    ]),
    ("A-loss-log10", "layer-names", [
        ("np.log(a2)",
         "np.log10(a2)"),
        ("np.log(1 - a2)",
         "np.log10(1 - a2)"),
    ], [
        ("loss", "", "loss", None, None),
    ]),
    ("A-loss-half-se", "layer-names", [
        ("-np.sum(t * np.log(a2) + (1 - t) * np.log(1 - a2)) / m",
         "0.5 * np.mean((a2 - t) ** 2)"),
    ], [
        ("loss", "half-squared-error-loss", "loss", None, None),
    ]),
    ("A-loss-se-sum", "layer-names", [
        ("-np.sum(t * np.log(a2) + (1 - t) * np.log(1 - a2)) / m",
         "np.sum((a2 - t) ** 2)"),
    ], [
        ("loss", "", "loss", None, None),
    ]),
    ("A-loss-swapped-labels", "layer-names", [
        ("t * np.log(a2) + (1 - t) * np.log(1 - a2)",
         "(1 - t) * np.log(a2) + t * np.log(1 - a2)"),
    ], [
        ("loss", "loss-labels-swapped", "loss", None, None),
    ]),
    ("A-loss-eps", "layer-names", [
        ("np.log(a2)",
         "np.log(a2 + 0.1)"),
    ], [
        ("loss", "", "loss", None, None),
    ]),
    ("C-pair-1", "column-vectors", [
        ("dz = (y - T) / N",
         "dz = (y - T)"),
        ("dU = dG.T.dot(X)",
         "dU = X.T.dot(dG)"),
    ], [
        ("dc dW db", "missing-batch-mean", "z_bar", ["1/N"], []),
        ("dU", "transposed", "U_bar", None, None),
    ]),
    ("C-pair-2", "column-vectors", [
        ("dH * (1 - H ** 2)",
         "dH * (1 - G ** 2)"),
        ("dW = dz.T.dot(H)",
         "dW = dz.T.dot(G)"),
    ], [
        ("db dU", "score-for-hidden-in-tanh-derivative", "G_bar", ["1-h^2"], ["1-g^2"]),
        ("dW", "score-for-hidden", "W_bar", ["h"], ["g"]),
    ]),
    ("D-pair-3", "network-object", [
        ("self.z = self.H @ self.W + self.c",
         "self.z = self.H @ self.W"),
        ("H_bar * (1 - self.H ** 2)",
         "H_bar"),
    ], [
        ("y", "missing-output-bias", "z", None, None),
        ("db", "missing-tanh-derivative", "G_bar", None, None),
    ]),
    ("D-pair-4", "network-object", [
        ("self.H = np.tanh(self.G)",
         "self.H = self.sigmoid(self.G)"),
        ("z_bar[:, None] * self.W[None, :]",
         "z_bar[:, None] * np.ones_like(self.W)[None, :]"),
    ], [
        ("y", "sigmoid-hidden-layer", "H", None, None),
        ("db", "missing-output-weights", "H_bar", None, None),
    ]),
    ("K-pair-5", "examples-as-columns", [
        ("dZ2 = A2 - Y",
         "dZ2 = Y - A2"),
        ("dZ1 = dA1 * (1 - A1 ** 2)",
         "dZ1 = dA1 * A1 * (1 - A1)"),
    ], [
        ("dc dW", "residual-sign-flipped", "z_bar", [], ["-1"]),
        ("db", "sigmoid-derivative-for-tanh", "G_bar", None, None),
    ]),
    ("B-pair-6", "plain-python", [
        ("loss -= t[i]",
         "loss += t[i]"),
        ("(1 - h[j] * h[j])",
         "(1 + h[j] * h[j])"),
    ], [
        ("loss", "missing-minus-in-loss", "loss", ["-1"], []),
        ("db dU", "plus-for-minus", "G_bar", None, None),
    ]),
    ("L-pair-7", "einsum-with-grads", [
        ("r = (y - t) / t.size",
         "r = (y - t) * y * (1 - y) / t.size"),
        ('np.einsum("nh,nd->hd", dG, X)',
         'np.einsum("nh,nd->hd", dH, X)'),
    ], [
        ("dc dW db", "extra-sigmoid-derivative", "z_bar", [], ["y(1-y)"]),
        ("dU", "hidden-gradient-for-score-gradient", "U_bar", None, None),
    ]),
    ("S-pair-8", "two-class-softmax", [
        ("dz = ds[:, 1]",
         "dz = ds[:, 0]"),
        ("dG = dH * (1 - np.square(H))",
         "dG = dH"),
    ], [
        ("dc dW", "residual-sign-flipped|sign-flipped", "z_bar", None, None),
        ("db", "missing-tanh-derivative", "G_bar", None, None),
    ]),
    ("E-pair-9", "augmented", [
        ("d2 = (out - t) / N",
         "d2 = out - t"),
        (" * (1 - A1 ** 2)",
         " * (1 - A1)"),
    ], [
        ("dc dW", "missing-batch-mean", "z_bar", ["1/N"], []),
        ("db", "missing-square-in-tanh-derivative", "G_bar", None, None),
    ]),
    ("J-pair-10", "jacobians", [
        ("return {k: v / N for k, v in g.items()}, total / N",
         "return g, total / N"),
        ("dL_dz * H",
         "dL_dz * G"),
    ], [
        ("dc", "missing-batch-mean", "z_bar", ["1/N"], []),
        ("dW", "score-for-hidden", "W_bar", None, None),
    ]),
    ("F-pair-11", "single-precision-throughout", [
        ("z = H @ W + c",
         "z = H @ W"),
        ("db = np.sum(dG, axis=0)",
         "db = np.sum(dG, axis=1)"),
    ], [
        ("y", "missing-output-bias", "z", None, None),
        ("db", "sum-over-wrong-axis", "b_bar", None, None),
    ]),
    ("A-deg", "layer-names", [
        ("2 * np.pi",
         "360"),
    ], [
        ("data", "degrees-for-radians", "dataset", None, None),
    ]),
    ("A-sincos", "layer-names", [
        ("r * np.sin(a), r * np.cos(a)",
         "r * np.cos(a), r * np.sin(a)"),
    ], [
        ("data", "sine-and-cosine-swapped", "dataset", None, None),
    ]),
    ("A-sqrt", "layer-names", [
        ("r = np.random.uniform(0, 2.5)",
         "r = 2.5 * np.sqrt(np.random.uniform(0, 1))"),
    ], [
        ("data", "square-root-of-radius", "dataset", None, None),
    ]),
    ("A-sqrt-both", "layer-names", [
        ("r = np.random.uniform(0, 2.5)",
         "r = np.sqrt(np.random.uniform(0, 2.5 ** 2))"),
        ("r = np.random.uniform(3.5, 5)",
         "r = np.sqrt(np.random.uniform(3.5 ** 2, 25))"),
    ], [
        ("data", "square-root-of-radius", "dataset", None, None),
    ]),
    ("A-radii", "layer-names", [
        ("np.random.uniform(3.5, 5)",
         "np.random.uniform(2.5, 5)"),
    ], [
        ("data", "wrong-radii", "dataset", None, None),
    ]),
    ("A-labels", "layer-names", [
        ('labels[i] = 1\n',
         'labels[i] = 5\n'),
        ('labels[i] = 0\n',
         'labels[i] = 1\n'),
        ('labels[i] = 5\n',
         'labels[i] = 0\n'),
    ], [
        ("labels", "labels-swapped", "dataset", None, None),
    ]),
    ("A-angle-first", "layer-names", [
        ('        r = np.random.uniform(0, 2.5)\n        a = np.random.uniform(0, 2 * np.pi)\n',
         '        a = np.random.uniform(0, 2 * np.pi)\n        r = np.random.uniform(0, 2.5)\n'),
        ('        r = np.random.uniform(3.5, 5)\n        a = np.random.uniform(0, 2 * np.pi)\n',
         '        a = np.random.uniform(0, 2 * np.pi)\n        r = np.random.uniform(3.5, 5)\n'),
    ], [
        ("data", "angle-drawn-before-radius", "dataset", None, None),
    ]),
    ("A-fewer", "layer-names", [
        ("    return data, labels",
         "    return data[:-2], labels[:-2]"),
    ], [
        ("data labels", "wrong-number-of-points", "dataset", None, None),
    ]),
    ("A-exchanged", "layer-names", [
        ("    return data, labels",
         "    return labels, data"),
    ], [
    ]),
    ("A-seed", "layer-names", [
        ("    half = num_points // 2",
         '    np.random.seed(42)\n    half = num_points // 2'),
    ], [
        ("data", "seed-inside", "dataset", None, None),
    ]),
    ("A-rng", "layer-names", [
        ("    half = num_points // 2",
         '    rng = np.random.default_rng(0)\n    half = num_points // 2'),
        ("np.random.uniform",
         "rng.uniform"),
    ], [
        ("data", "own-generator|seed-inside", "dataset", None, None),
    ]),
    ("A-randomstate", "layer-names", [
        ("    half = num_points // 2",
         '    rng = np.random.RandomState()\n    half = num_points // 2'),
        ("np.random.uniform",
         "rng.uniform"),
    ], [
        ("data", "own-generator", "dataset", None, None),
    ]),
    ("A-pyrandom", "layer-names", [
        ("import numpy as np",
         'import numpy as np\nimport random'),
        ("np.random.uniform",
         "random.uniform"),
    ], [
        ("data", "own-generator", "dataset", None, None),
    ]),
    ("A-data-pair", "layer-names", [
        ("2 * np.pi",
         "360"),
        ("np.random.uniform(3.5, 5)",
         "np.random.uniform(3, 5)"),
    ], [
        ("data", "", "dataset", None, None),
    ]),
    ("A-data-pair2", "layer-names", [
        ("r * np.sin(a), r * np.cos(a)",
         "r * np.cos(a), r * np.sin(a)"),
        ('labels[i] = 0\n',
         'labels[i] = -1\n'),
    ], [
        ("data", "sine-and-cosine-swapped", "dataset", None, None),
        ("labels", "labels-minus-one-and-one", "dataset", None, None),
    ]),
    ("A-normal-angle", "layer-names", [
        ("a = np.random.uniform(0, 2 * np.pi)",
         "a = np.random.uniform(0, np.pi)"),
    ], [
        ("data", "angle-of-half-a-turn", "dataset", None, None),
    ]),
    ("R-fwd-U-notT", "layer-names", [
        ('np.dot(X, params["U"].T)',
         'np.dot(X, params["U"])'),
    ], [
        ("y", "hidden-weights-not-transposed", "G", None, None),
    ]),
    ("R-fwd-WU", "batches", [
        ('    G = X @ params["U"].T + params["b"]\n    H = np.tanh(G)\n    z = H @ params["W"] + params["c"]',
         '    G = X @ params["W"].T + params["b"]\n    H = np.tanh(G)\n    z = H @ params["U"] + params["c"]'),
    ], [
        ("y", "weights-exchanged", "G", None, None),
    ]),
]


@pytest.mark.parametrize("style, replacements, told", [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_was_coded(style: str, replacements: list[tuple[str, str]], told: list[Told]) -> None:
    """Every spoiled quantity has its entry, and a line that is pointed at is one that was changed."""
    right = source = styles.RIGHT[style]
    for old, new in replacements:
        assert old in source
        source = source.replace(old, new)
    student = InProcess(source)
    wrong = wrong_quantities(student, REFERENCE, 7)
    diagnosis = diagnose(student, wrong, seed=7)
    findings = {finding.quantity: finding for finding in diagnosis.findings}
    assert set(findings) == wrong
    for quantities, ids, step, missing, extra in told:
        for quantity in quantities.split():
            finding = findings[quantity]
            assert finding.verdict == "explained", (quantity, finding)
            assert (not ids or finding.id in ids.split("|")) and (not step or finding.step == step), (quantity, finding)
            assert missing is None or sorted(finding.missing) == sorted(missing), (quantity, finding)
            assert extra is None or sorted(finding.extra) == sorted(extra), (quantity, finding)
    assert "wrong" not in pointing(source, diagnosis.slips, changed_lines(source, right.splitlines()))
