"""The public checks: `python check.py`, or `pytest`, as often as you like.

Four stages, make_dataset, forward, backprop and training; each is unlocked by the one before.
They hold no formula. They compare with numbers that were computed once and are printed below,
and they measure slopes: for that they move one parameter a little and ask your loss again.
`python check.py --stage forward` runs one stage whatever the others say.
"""
import argparse
import ast
import builtins
import linecache
import os
import sys
import time
import traceback

_FOLDER = sys.path.pop(0) if __name__ == "__main__" else None  # a numpy.py beside this file must not hide numpy
import numpy as np  # noqa: E402

if _FOLDER is not None:
    sys.path.insert(0, _FOLDER)

# ---------------------------------------------------------------- published numbers

DRAWS = 21, 4, [  # seed, num_points, data
    (0.118152868, -0.029632962),
    (0.244050206, 1.785817027),
    (1.194595767, 3.616702836),
    (-3.389005752, -2.035699774),
]

POINTS = [
    {
        "X": [[0.5, -1.0], [2.0, 0.3], [-0.7, 1.6]],
        "t": [1, 0, 1],
        "U": [[0.8, -0.5], [0.3, 1.1], [-0.9, 0.4]],
        "b": [0.1, -0.2, 0.3],
        "W": [1.2, -0.7, 0.6],
        "c": -0.4,
        "y": [0.686977983270, 0.433355450460, 0.184989975463],
        "loss": 0.876976581854,
    },
    {
        "X": [[1.0, -0.5, 0.2, 0.7], [-0.3, 0.8, 1.5, -1.1]],
        "t": [0, 1],
        "U": [[0.6, -0.2, 0.9, 0.1], [-0.4, 0.7, 0.3, -0.8]],
        "b": [-0.3, 0.5],
        "W": [-1.1, 0.8],
        "c": 0.2,
        "y": [0.281515601078, 0.598386712537],
        "loss": 0.422064672326,
    },
]

LOSS_TABLE = (0.75, 0.43, 0.35, 0.16, 0.11, 0.09, 0.07, 0.06, 0.06, 0.05, 0.05, 0.05) + 7 * (0.04,) + (0.03,)
TABLE_EVERY, TABLE_POINTS, TABLE_SEED = 50, 500, 0  # the loss before steps 0, 50, ..., 950

SLOPE_SIZES = {31: (6, 2, 3), 32: (5, 4, 2), 33: (1, 2, 3), 34: (4, 3, 3)}  # seed: (N, inputs, hidden units)
STEP = 0.02  # how far a parameter is moved, to both sides, once and twice
SLOPE_TOLERANCE = 1e-4  # of the largest slope; float32 code errs by 2e-5
VALUE_TOLERANCE = 2e-5  # of the largest value; float32 code errs by 2e-6

# ---------------------------------------------------------------- make_dataset


def check_dataset_shapes(work):
    """data of shape (N, 2), labels of shape (N,): 1 for the first half, 0 for the second"""
    for num_points in (2, 10):
        data, labels = dataset(work, num_points)
        expect_shape("data", data, (num_points, 2))
        expect_shape("labels", labels, (num_points,))
        if np.asarray(data).dtype.kind != "f":
            raise Failed(f"data holds {np.asarray(data).dtype}, where floats belong")
        half = num_points // 2
        expected = [1] * half + [0] * half
        if not np.array_equal(np.asarray(labels, dtype=float), expected):
            raise Failed(f"labels of make_dataset({num_points})\nyours   {short(labels)}\nasked   {expected}")


def check_rings(work):
    """label 1 within radius 2.5, label 0 between 3.5 and 5"""
    np.random.seed(22)
    data, labels = (np.asarray(part, dtype=float) for part in dataset(work, 400))
    radius = np.sqrt((data**2).sum(axis=1))
    for label, low, high in ((1, 0.0, 2.5), (0, 3.5, 5.0)):
        mine = radius[labels == label]
        if not (len(mine) and mine.min() >= low - 1e-5 and mine.max() <= high + 1e-5):
            found = f"from {mine.min():.3g} to {mine.max():.3g}" if len(mine) else "nowhere"
            raise Failed(f"points labelled {label} should have a radius from {low} to {high}; yours lie {found}")


def check_draws(work):
    """the published points after np.random.seed: one point after the other, first its radius, then its angle"""
    seed, num_points, published = DRAWS
    np.random.seed(seed)
    data = np.asarray(dataset(work, num_points)[0], dtype=float)
    lines = [f"after np.random.seed({seed}), make_dataset({num_points})[0]", "row   yours                published"]
    for row, (mine, theirs) in enumerate(zip(data, published)):
        lines.append(f"{row:3d}   ({mine[0]:8.5f}, {mine[1]:8.5f}) ({theirs[0]:8.5f}, {theirs[1]:8.5f})")
    if not np.allclose(data, published, rtol=0, atol=1e-5):
        raise Failed("\n".join(lines) + "\nLook at the order of the draws, and at which coordinate has sin.")


# ---------------------------------------------------------------- forward


def check_forward_shape(work):
    """y of shape (N,), values between 0 and 1, also for one point"""
    for point in POINTS:
        for count in (len(point["X"]), 1):
            y = ask(work, "forward", np.array(point["X"])[:count], parameters(point))
            expect_shape("y", y, (count,))
            if not ((np.asarray(y) > 0) & (np.asarray(y) < 1)).all():
                raise Failed(f"y should lie between 0 and 1\nyours   {short(y)}")


def check_forward_values(work):
    """y at two published points: 2 inputs and 3 hidden units, 4 inputs and 2 hidden units"""
    for point in POINTS:
        y = np.asarray(ask(work, "forward", np.array(point["X"]), parameters(point)), dtype=float)
        if not np.allclose(y, point["y"], rtol=0, atol=VALUE_TOLERANCE):
            size = f"{len(point['U'][0])} inputs and {len(point['b'])} hidden units"
            raise Failed(f"y for {size}\nyours      {short(y)}\npublished  {short(point['y'])}")


def check_forward_arguments(work):
    """forward leaves X and params as they were"""
    point = POINTS[0]
    X, params = np.array(point["X"]), parameters(point)
    ask(work, "forward", X, params)
    expect_unchanged("forward", {"X": X, **params}, {"X": point["X"], **parameters(point)})


# ---------------------------------------------------------------- backprop


def check_backprop_shapes(work):
    """(grads, loss): grads a dict with keys U, b, W, c, each in the shape of its parameter; loss a number"""
    for point in POINTS:
        grads, loss = gradient(work, point)
        for name in "UbWc":
            expect_shape(f"grads[{name!r}]", grads[name], np.shape(point[name]))
        expect_shape("loss", loss, ())


def check_loss(work):
    """the loss at two published points"""
    for point in POINTS:
        loss = float(gradient(work, point)[1])
        if not abs(loss - point["loss"]) <= VALUE_TOLERANCE:
            raise Failed(f"loss for N = {len(point['t'])}\nyours      {loss:.7g}\npublished  {point['loss']:.7g}")


def check_slopes(work):
    """every gradient entry is the slope of your own loss"""
    for seed, (N, D, H) in SLOPE_SIZES.items():
        point = random_point(seed, N, D, H)
        grads, _ = gradient(work, point)
        slopes = {name: slopes_of_loss(work, point, name) for name in "cWbU"}
        largest = max(np.abs(slope).max() for slope in slopes.values())
        off = {
            name for name in slopes
            if not (np.abs(np.asarray(grads[name], dtype=float) - slopes[name]) <= SLOPE_TOLERANCE * largest).all()
        }
        if off:
            head = f"N = {N}, {D} inputs, {H} hidden units: wrong in {', '.join(name for name in 'cWbU' if name in off)}"
            raise Failed(f"{head}\n{slope_table(grads, slopes, SLOPE_TOLERANCE * largest)}\n{where_to_look(off)}")


def where_to_look(off):
    """The first step of the chain that can be at fault, given the gradients that are wrong."""
    if "c" in off:
        return "Begin with c: its gradient needs z_bar alone, and so do all that come after it."
    if "W" in off:
        return "c is right, so z_bar is: look at the step to W."
    shared = "look at the steps that both need, H_bar and G_bar" if off == {"b", "U"} else f"look at the step to {min(off)}"
    return f"c and W are right, so z_bar is: {shared}."


def check_backprop_arguments(work):
    """backprop leaves X, t and params as they were, and gives the same again"""
    point = POINTS[0]
    arguments = np.array(point["X"]), np.array(point["t"]), parameters(point)
    first, again = (ask(work, "backprop", *arguments) for _ in range(2))
    after = {"X": arguments[0], "t": arguments[1], **arguments[2]}
    expect_unchanged("backprop", after, {"X": point["X"], "t": point["t"], **parameters(point)})
    if float(first[1]) != float(again[1]) or any(not np.array_equal(first[0][k], again[0][k]) for k in "UbWc"):
        raise Failed("the same arguments gave other numbers the second time: is something kept from call to call?")


# ---------------------------------------------------------------- training


def check_training(work):
    """the tutorial's table of losses: seed 0, 500 points, 1000 steps of size 1"""
    np.random.seed(TABLE_SEED)
    data, labels = dataset(work, TABLE_POINTS)
    params = {"U": np.random.randn(3, 2), "b": np.zeros(3), "W": np.random.randn(3), "c": 0}
    num_steps, start, lines = TABLE_EVERY * len(LOSS_TABLE), time.monotonic(), ["step   yours   published"]
    for step in range(num_steps):
        grads, loss = ask(work, "backprop", data, labels, params)
        if step % TABLE_EVERY == 0:
            published = LOSS_TABLE[step // TABLE_EVERY]
            lines.append(f"{step:4d}   {float(loss):5.3f}   {published:9.2f}")
            if not abs(float(loss) - published) < 0.006:
                raise Failed("\n".join(lines))
        params = {name: params[name] - grads[name] for name in params}
        show_progress(step + 1, num_steps, time.monotonic() - start)


STAGES = {
    "make_dataset": (check_dataset_shapes, check_rings, check_draws),
    "forward": (check_forward_shape, check_forward_values, check_forward_arguments),
    "backprop": (check_backprop_shapes, check_loss, check_slopes, check_backprop_arguments),
    "training": (check_training,),
}

# ---------------------------------------------------------------- asking


class Failed(AssertionError):
    """A check did not pass; the message says what came and what was asked."""


class Blank(Exception):
    """A function is not written yet."""


def ask(work, name, *arguments):
    """What your function returns. Raises Blank if it is not written, Failed if it raises."""
    function = work.get(name)
    if not callable(function):
        raise Blank(name)
    try:
        return function(*arguments)
    except NotImplementedError:
        raise Blank(name) from None
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # sys.exit in a function, too
        raise Failed(f"{name} raised {type(error).__name__}: {error}{where(error)}") from None


def where(error):
    """The last line of your own code on the way to an error, in words."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename != __file__]
    frames = [frame for frame in frames if "site-packages" not in frame.filename] or frames
    if not frames:
        return ""
    return f"\n{os.path.basename(frames[-1].filename)}, line {frames[-1].lineno}: {frames[-1].line}"


def dataset(work, num_points):
    answer = ask(work, "make_dataset", num_points)
    if not (isinstance(answer, tuple) and len(answer) == 2):
        raise Failed(f"make_dataset should return (data, labels); it returned {kind(answer)}")
    return answer


def gradient(work, point):
    """(grads, loss) as your backprop gives them at a point. Raises Failed for another form."""
    answer = ask(work, "backprop", np.array(point["X"]), np.array(point["t"]), parameters(point))
    if not (isinstance(answer, tuple) and len(answer) == 2 and isinstance(answer[0], dict)):
        raise Failed(f"backprop should return (grads, loss), grads a dict; it returned {kind(answer)}")
    missing = [name for name in "UbWc" if name not in answer[0]]
    if missing:
        raise Failed(f"grads has no key {missing[0]!r}; its keys are {', '.join(map(repr, answer[0]))}")
    return answer


def slopes_of_loss(work, point, name):
    """The slope of your loss in each entry of a parameter, in the parameter's shape.

    (8 (f(x + h) - f(x - h)) - (f(x + 2h) - f(x - 2h))) / 12h, the five-point rule, is off by h^4 only.
    """
    start = np.array(point[name], dtype=float)
    slopes = np.zeros(start.shape)
    for index in np.ndindex(start.shape):
        losses = []
        for steps in (1, -1, 2, -2):
            moved = start.copy()
            moved[index] += steps * STEP
            losses.append(float(gradient(work, {**point, name: moved})[1]))
        slopes[index] = (8 * (losses[0] - losses[1]) - (losses[2] - losses[3])) / (12 * STEP)
    return slopes


def slope_table(grads, slopes, tolerance):
    """Entry by entry: yours, the measured slope, the relative error, and an arrow where they differ."""
    lines = ["entry        yours       numeric  relative error"]
    for name, slope in slopes.items():
        mine = np.asarray(grads[name], dtype=float)
        for index in np.ndindex(slope.shape):
            error = abs(mine[index] - slope[index])
            relative = error / max(abs(mine[index]), abs(slope[index]), 1e-300)
            entry = name + (f"[{', '.join(map(str, index))}]" if index else "")
            arrow = "" if error <= tolerance else "   <--"
            lines.append(f"{entry:8s} {mine[index]:9.6f}     {slope[index]:9.6f}         {relative:7.0e}{arrow}")
    return "\n".join(lines)


def parameters(point):
    """Fresh parameters, as your functions get them: three arrays and a number."""
    return {**{name: np.array(point[name], dtype=float) for name in "UbW"}, "c": float(point["c"])}


def random_point(seed, N, D, H):
    random = np.random.RandomState(seed)
    point = {"U": random.randn(H, D), "b": random.randn(H), "W": random.randn(H), "c": random.randn()}
    return {**point, "X": random.randn(N, D), "t": np.arange(N) % 2}


def expect_shape(name, value, shape):
    if isinstance(value, (list, tuple)) or value is None:
        raise Failed(f"{name} should be {shape_words(shape)}; it is {kind(value)}")
    if np.shape(value) != shape:
        raise Failed(f"{name} should be {shape_words(shape)}; it has shape {np.shape(value)}")


def expect_unchanged(function, after, before):
    for name, value in before.items():
        if np.shape(after[name]) != np.shape(value) or not np.array_equal(after[name], value):
            called = name if name in "Xt" else f"params[{name!r}]"
            raise Failed(f"{function} changed {called}: work on a copy, or write a = a - b in place of a -= b")


def shape_words(shape):
    return f"an array of shape {shape}" if shape else "one number"


def kind(value):
    if value is None:
        return "None (is a return missing?)"
    if isinstance(value, (tuple, list)):
        return f"a {type(value).__name__} of {len(value)}: {', '.join(type(part).__name__ for part in value[:4])}"
    return f"a {type(value).__name__}"


def short(values):
    return np.array2string(np.asarray(values, dtype=float), precision=6, threshold=12)


def show_progress(done, total, seconds):
    """A bar on stderr, drawn anew with every percent once a second has passed."""
    if seconds > 1 and 100 * done // total > 100 * (done - 1) // total:
        end = "\n" if done == total else ""
        print(f"\rtraining [{'#' * (40 * done // total):<40}] step {done} of {total}", end=end, file=sys.stderr, flush=True)


# ---------------------------------------------------------------- running


def outcomes(work, stages=tuple(STAGES)):
    """(stage, what is checked, state, message) for each check in order; state is ok, failed, blank or locked."""
    first_open = None
    for stage in stages:
        is_blank = False
        for check in STAGES[stage]:
            state, message = "ok", ""
            if first_open not in (None, stage) or is_blank:
                yield stage, check.__doc__, "locked", f"first {first_open}"
                continue
            try:
                with np.errstate(all="ignore"):
                    check(work)
            except Blank as blank:
                state, message, is_blank = "blank", f"write {blank} next", True
            except Failed as failure:
                state, message = "failed", str(failure)
            except Exception as error:
                state, message = "failed", f"what came back cannot be used: {type(error).__name__}: {error}"
            first_open = first_open or (None if state == "ok" else stage)
            yield stage, check.__doc__, state, message


def print_outcomes(work, stages=tuple(STAGES)):
    """Print every outcome and what to do next; whether all is well."""
    found = {stage: [] for stage in stages}
    for stage, what, state, message in outcomes(work, stages):
        found[stage].append((what, state, message))
        if len(found[stage]) == 1:
            print(f"\n{stage}" + {"blank": "   not written yet", "locked": f"   locked: {message}"}.get(state, ""))
        if state in ("ok", "failed"):
            print(f"  {'ok  ' if state == 'ok' else 'FAIL'}  {what}")
            for line in message.splitlines():
                print(f"          {line}")
    for stage, results in found.items():
        if results[0][1] == "blank":
            print(f"\nNext: write {stage}. Its text in the file says what it is given and what it returns; README.md has the equations.")
            return False
        if any(state != "ok" for _, state, _ in results):
            print(f"\nNext: mend {stage}. To see a later stage all the same: python check.py --stage NAME")
            return False
    print("\nAll public checks pass: hand it in.")
    return True


def report(make_dataset, forward, backprop):
    """Check the functions of a notebook."""
    print_outcomes({"make_dataset": make_dataset, "forward": forward, "backprop": backprop})


def load(path):
    """What a Python file defines, and in words what failed in it ("" if nothing did): the lines below that run all the same."""
    os.environ.setdefault("MPLBACKEND", "Agg")  # plt.show() must not wait for a window to be closed
    builtins.input = lambda prompt="": ""  # nor input() for somebody to answer
    path = os.path.abspath(path)
    sys.path.insert(0, os.path.dirname(path))
    module = type(sys)("backprop")
    module.__file__ = path
    sys.modules["backprop"] = module
    problems = []
    try:
        with open(path, "rb") as file:
            body = ast.parse(file.read(), path).body
        futures = [node for node in body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
        for node in body:
            problems += run([*futures, node], module, path)
    except SystemExit as error:
        problems += [in_words(error, path)] if error.code not in (None, 0) else []
    except SyntaxError as error:
        problems.append(in_words(error, path))
    return module.__dict__, f"{problems[0]}\nWhat stands elsewhere is checked all the same." if problems else ""


def run(nodes, module, path):
    """Run one statement of the file; what failed, in a list. A function is defined without a decorator that fails."""
    try:
        exec(compile(ast.Module(nodes, []), path, "exec"), module.__dict__)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        decorators = getattr(nodes[-1], "decorator_list", None)
        problem = in_words(error, path)
        if decorators:
            decorators.clear()
            run(nodes, module, path)
        return [problem]
    return []


def in_words(error, path):
    linecache.checkcache(path)
    return f"{os.path.basename(path)} stopped with {type(error).__name__}: {error}{where(error)}"


def main():
    parser = argparse.ArgumentParser(description="The public checks of the backpropagation exercise.")
    parser.add_argument("file", nargs="?", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "backprop.py"))
    parser.add_argument("--stage", choices=list(STAGES), help="run this stage alone")
    arguments = parser.parse_args()
    if not os.path.isfile(arguments.file):
        return f"there is no file {arguments.file}"
    if arguments.file.endswith(".ipynb"):
        return "a notebook is checked from within: run its last cell (import check; check.report(make_dataset, forward, backprop))"
    work, problem = load(arguments.file)
    if problem:
        print(problem)
    return 0 if print_outcomes(work, [arguments.stage] if arguments.stage else tuple(STAGES)) else 1


if __name__ == "__main__":
    sys.exit(main())
