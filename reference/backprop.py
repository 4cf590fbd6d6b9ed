"""Backpropagation by hand: a network with 2 inputs, 3 hidden units and 1 output.

    G = X U^T + 1 b^T      H = tanh(G)      z = H W^T + 1 c      y = sigma(z)

You write make_dataset, forward and backprop. The rest is given: as soon as the
three are written, `python backprop.py` trains the network, prints its loss and
saves the two pictures data.png and decision_surface.png.
"""
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
    # <solution hint="make_dataset is yours to write">
    data, labels = [], []
    for low, high, label in ((0.0, 2.5, 1), (3.5, 5.0, 0)):
        for _ in range(num_points // 2):
            r = np.random.uniform(low, high)
            a = np.random.uniform(0, 2 * np.pi)
            data.append((r * np.sin(a), r * np.cos(a)))
            labels.append(label)
    return np.array(data, dtype=float).reshape(-1, 2), np.array(labels)
    # </solution>


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
    # <solution hint="forward is yours to write">
    return _sigmoid(_hidden_and_logit(X, params)[1])
    # </solution>


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
    # <solution hint="backprop is yours to write">
    N = X.shape[0]
    H, z = _hidden_and_logit(X, params)
    loss = np.mean(t * np.logaddexp(0, -z) + (1 - t) * np.logaddexp(0, z))

    z_bar = (_sigmoid(z) - t) / N
    W_bar = H.T @ z_bar
    c_bar = z_bar.sum()
    H_bar = np.outer(z_bar, params["W"])
    G_bar = H_bar * (1 - H**2)
    U_bar = G_bar.T @ X
    b_bar = G_bar.sum(axis=0)
    return {"U": U_bar, "b": b_bar, "W": W_bar, "c": c_bar}, loss
    # </solution>


# <only-reference>
def _sigmoid(z):
    """sigma(z), shape of z; exp(-log(1 + e^-z)), which neither overflows nor loses small values."""
    return np.exp(-np.logaddexp(0, -z))


def _hidden_and_logit(X, params):
    """H = tanh(X U^T + 1 b^T), shape (N, H), and z = H W^T + 1 c, shape (N,)."""
    H = np.tanh(X @ params["U"].T + params["b"])
    return H, H @ params["W"] + params["c"]


# </only-reference>
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
    """Gradient descent with step size alpha. Returns (trained parameters, the loss before each step)."""
    params = dict(params)
    losses = []
    for _ in range(num_steps):
        grads, loss = backprop(X, t, params)
        losses.append(float(loss))
        for k in params:
            params[k] = params[k] - alpha * grads[k]
    return params, losses


def print_losses(losses):
    """The loss before every 50th step."""
    for step in range(0, len(losses), 50):
        print(f"step {step:4d}   loss {losses[step]:.2f}")


def save_data_picture(data, labels, path):
    """A scatter plot of the points, coloured by label."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(5, 5))
    axes.scatter(data[:, 0], data[:, 1], c=labels, cmap="coolwarm", s=12)
    axes.set(xlabel="x", ylabel="y", aspect="equal", title="the data")
    figure.savefig(path, dpi=100)
    plt.close(figure)


def save_decision_picture(data, labels, params, path):
    """The network's output over the plane, under the points."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    axis = np.linspace(-6, 6, 121)
    x, y = np.meshgrid(axis, axis)
    output = forward(np.column_stack([x.ravel(), y.ravel()]), params)
    figure, axes = plt.subplots(figsize=(6, 5))
    surface = axes.contourf(x, y, np.reshape(output, x.shape), levels=np.linspace(0, 1, 21), cmap="coolwarm", alpha=0.6)
    figure.colorbar(surface, ax=axes, label="network's output")
    axes.scatter(data[:, 0], data[:, 1], c=labels, cmap="coolwarm", s=12, edgecolors="k", linewidths=0.2)
    axes.set(xlabel="x", ylabel="y", aspect="equal", title="decision surface")
    figure.savefig(path, dpi=100)
    plt.close(figure)


def main():
    np.random.seed(0)
    data, labels = make_dataset(500)
    params, losses = train(data, labels, initial_parameters())
    print_losses(losses)
    save_data_picture(data, labels, "data.png")
    save_decision_picture(data, labels, params, "decision_surface.png")
    print("saved data.png and decision_surface.png")


if __name__ == "__main__":
    main()
