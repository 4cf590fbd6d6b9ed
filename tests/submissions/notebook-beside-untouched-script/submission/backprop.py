"""Backpropagation by hand: a network with 2 inputs, 3 hidden units and 1 output.

    G = X U^T + 1 b^T      H = tanh(G)      z = H W^T + 1 c      y = sigma(z)

You write make_dataset, forward and backprop, in this order. The rest is given:
`python backprop.py` goes as far as you are. With all three written it trains the
network, prints its loss and saves pictures of the data, of the network before
and after training, and of the loss.
"""
import sys
import time

import numpy as np


def make_dataset(num_points):
    """Draw a disc of points labelled 1 inside a ring of points labelled 0.

    num_points -- how many points, an even int; call it N

    Returns (data, labels):
      data    shape (N, 2), float64: one point a row, columns x and y
      labels  shape (N,): 1 for the first N/2 points, 0 for the others

    Each point is given by a radius r and an angle a, both drawn uniformly:
      the first N/2 points:  r in [0, 2.5)    a in [0, 2 pi)
      the other N/2 points:  r in [3.5, 5)    a in [0, 2 pi)
    and    x = r sin(a)    y = r cos(a)

    Draw from numpy's global random state (np.random.uniform), point after point,
    for each point first its radius and then its angle: then np.random.seed(s)
    decides the whole dataset.
    """
    raise NotImplementedError("make_dataset is yours to write")


def forward(X, params):
    """The network's output for every point.

    X       shape (N, D), float64: one point a row (here D = 2)
    params  a dict: U shape (H, D), b shape (H,), W shape (H,), c a number (here H = 3)

    Returns y, shape (N,), float64: the probability that each point has label 1.

      G = X U^T + 1 b^T     shape (N, H)    (1 is a column of N ones: b is added to each row)
      H = tanh(G)           shape (N, H)
      z = H W^T + 1 c       shape (N,)
      y = sigma(z)          shape (N,)      sigma(z) = 1 / (1 + e^-z)

    Any N, D and number of hidden units must work. Leave X and params unchanged.
    """
    raise NotImplementedError("forward is yours to write")


def backprop(X, t, params):
    """The loss and its gradient with respect to every parameter.

    X       shape (N, D), float64: one point a row
    t       shape (N,): the labels, 0 or 1
    params  a dict: U shape (H, D), b shape (H,), W shape (H,), c a number

    Returns (grads, loss):
      grads  a dict with keys U, b, W and c, each of the shape of its parameter
      loss   a number: the mean over the N points of  -t log y - (1 - t) log(1 - y)
             (stable form:  t log(1 + e^-z) + (1 - t) log(1 + e^z))

    With a bar for "derivative of the loss with respect to":
      z_bar = (y - t) / N            shape (N,)
      W_bar = H^T z_bar              shape (H,)
      c_bar = sum of z_bar           a number
      H_bar = z_bar W                shape (N, H)   (outer product)
      G_bar = H_bar o (1 - H^2)      shape (N, H)   (o: entry by entry)
      U_bar = G_bar^T X              shape (H, D)
      b_bar = sum of G_bar's rows    shape (H,)

    Any N, D and number of hidden units must work. Leave X, t and params unchanged.
    """
    raise NotImplementedError("backprop is yours to write")


# ---------------------------------------------------------------- given: nothing to write below


def initial_parameters():
    """The tutorial's start: U and W drawn from N(0, 1), b and c zero."""
    params = {}
    params["U"] = np.random.randn(3, 2)
    params["b"] = np.zeros(3)
    params["W"] = np.random.randn(3)
    params["c"] = 0
    return params


def train(X, t, params, num_steps=1000, alpha=1.0):
    """Gradient descent with step size alpha. Returns (trained parameters, the loss before each step).

    Shows a progress bar if it takes longer than a second.
    """
    params = dict(params)
    losses = []
    start = time.monotonic()
    for step in range(num_steps):
        grads, loss = backprop(X, t, params)
        losses.append(float(loss))
        for k in params:
            params[k] = params[k] - alpha * grads[k]
        show_progress(step + 1, num_steps, time.monotonic() - start)
    return params, losses


def show_progress(done, total, seconds):
    """A bar on stderr, drawn anew with every percent once a second has passed."""
    if seconds > 1 and 100 * done // total > 100 * (done - 1) // total:
        bar = "#" * (40 * done // total)
        end = "\n" if done == total else ""
        print(f"\rtraining [{bar:<40}] step {done} of {total}", end=end, file=sys.stderr, flush=True)


def print_losses(losses):
    """The loss before every 50th step."""
    for step in range(0, len(losses), 50):
        print(f"step {step:4d}   loss {losses[step]:.2f}")


def draw_data(data, labels, path=None):
    """A scatter plot of the points, coloured by label; saved at path, or shown if there is none."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(5, 5))
    axes.scatter(data[:, 0], data[:, 1], c=labels, cmap="coolwarm", s=12)
    axes.set(xlabel="x", ylabel="y", aspect="equal", title="the data")
    save_or_show(figure, path)


def draw_decision_surface(data, labels, params, path=None):
    """The network's output over the plane, under the points; saved at path, or shown if there is none."""
    import matplotlib.pyplot as plt

    axis = np.linspace(-6, 6, 121)
    x, y = np.meshgrid(axis, axis)
    output = forward(np.column_stack([x.ravel(), y.ravel()]), params)
    figure, axes = plt.subplots(figsize=(6, 5))
    surface = axes.contourf(x, y, np.reshape(output, x.shape), levels=np.linspace(0, 1, 21), cmap="coolwarm", alpha=0.6)
    figure.colorbar(surface, ax=axes, label="network's output")
    axes.scatter(data[:, 0], data[:, 1], c=labels, cmap="coolwarm", s=12, edgecolors="k", linewidths=0.2)
    axes.set(xlabel="x", ylabel="y", aspect="equal", title="decision surface")
    save_or_show(figure, path)


def draw_losses(losses, path=None):
    """The loss before each step, on a logarithmic scale; saved at path, or shown if there is none."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(6, 4))
    axes.semilogy(losses)
    axes.grid(alpha=0.3, which="both")
    axes.set(xlabel="step", ylabel="loss", title="training")
    save_or_show(figure, path)


def save_or_show(figure, path):
    import matplotlib.pyplot as plt

    if path is None:
        plt.show()
    else:
        figure.savefig(path, dpi=100, bbox_inches="tight")
        print(f"saved {path}")
    plt.close(figure)


def main():
    import matplotlib

    matplotlib.use("Agg")
    np.random.seed(0)
    data, labels = make_dataset(500)
    draw_data(data, labels, "data.png")
    params = initial_parameters()
    draw_decision_surface(data, labels, params, "decision_surface_before.png")
    params, losses = train(data, labels, params)
    print_losses(losses)
    draw_losses(losses, "losses.png")
    draw_decision_surface(data, labels, params, "decision_surface.png")


if __name__ == "__main__":
    try:
        main()
    except NotImplementedError as blank:
        sys.exit(f"Next: {blank}. What you have so far: python check.py")
