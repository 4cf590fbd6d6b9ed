"""The hostile corpus through the whole grader, each way in which a grader can be run, and what came of it.

What may live here: starting the ways, grading an attack, judging its
expected.json, and the matrix. `python -m grader.selftest.attacks WAY NAME ...`
is one way: it prints a JSON line for each attack as it ends. Where it dies with
its attack, it is started again behind it.

Behind an attack the next submission is graded, and compared with how it fared alone.
"""
from __future__ import annotations

import ctypes
import html.parser
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, TextIO

from grader.frozen import frozen
from grader.report.terminal import MARKS
from grader.selftest import watching
from grader.selftest.ways import WAYS, command, ways_here

ATTACKS = watching.ROOT / "tests" / "attacks"
EXPECTED_LEVEL = {"root": "full", "docker": "full", "user": "partial"}
"""What a Linux with all layers gives: an ordinary user has no other uid to run student code under."""
LAST_S = 15.0
"""What a grading may take beyond its own deadline: the last call's, the end of all processes, the diagnosis."""
SILENCE_S = 120.0
GRADER_BYTES = 120 << 20
"""Of memory, for the trusted process: 70 MB at rest, and replies of a few megabytes."""
PR_SET_CHILD_SUBREAPER = 36
MAKE = "import pathlib, runpy, sys; print(runpy.run_path(sys.argv[1])['make'](pathlib.Path(sys.argv[2])), end='')"
"""Of make.py's path and a folder: builds the submission there, and prints where it stands."""
BRIEF = "brief:"
ROW_STARTS = tuple(f"{mark} " for mark in MARKS.values())

TAGS = {
    "p", "strong", "code", "br", "table", "tbody", "tr", "td", "details", "summary", "pre", "ul", "li", "em", "img", "span", "div",
}
ATTRIBUTES = {"style", "class", "alt", "src", "open"}
"""All that our own pages are made of."""

NEXT = '''
import os
import numpy as np


def make_dataset(num_points):
    left = [name for name in os.listdir(".") if name != "backprop.py"]
    data = np.array([(np.random.uniform(0, 2.5), np.random.uniform(0, 6)) for _ in range(num_points)])
    print(sorted(left), data[0])
    return data, np.arange(num_points) < num_points // 2


def forward(X, params):
    return 1 / (1 + np.exp(-(np.tanh(X @ params["U"].T + params["b"]) @ params["W"])))
'''
"""The submission graded after an attack: partly right, so that marks, messages and prints can all be spoilt."""


@frozen
class Outcome:
    """What came of one attack, one way.

    faults  what did not hold, in words; empty if all did
    level   the level of isolation that was observed
    """

    way: str
    name: str
    faults: tuple[str, ...]
    score: float = 0.0
    seconds: float = 0.0
    level: str = ""


def names() -> list[str]:
    """All attacks. Empty where the tests were not shipped."""
    return sorted(path.parent.name for path in ATTACKS.glob("*/expected.json"))


# ---------------------------------------------------------------- the process of one way


def main(way: str, wanted: Sequence[str]) -> None:
    """Grade these attacks in this process, and print an Outcome as JSON for each.

    A name with BRIEF before it: the next submission is graded only if the attack's expected.json demands it by name.
    """
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    out = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    from grader.sandbox.warm import Worker

    with Worker() as worker, watching.yard() as yard:
        from grader.grading import grade

        follower = yard.folder / "class" / "next"
        follower.mkdir()
        (follower / "backprop.py").write_text(NEXT, encoding="utf-8")
        alone = _timeless(grade(follower, worker, _rubric({})))
        ours = watching.files(*watching.OURS)
        for order in wanted:
            name = order.removeprefix(BRIEF)
            outcome = _attack(way, name, worker, yard)
            before, ours = ours, watching.files(*watching.OURS)
            if changed := watching.changes(before, ours):
                outcome = replace(outcome, faults=(*outcome.faults, f"changed the grader's own files: {', '.join(changed[:3])}"))
            is_followed = name == order or "next-unaffected" in _facts(name)["held"]
            after = _timeless(grade(follower, worker, _rubric({}))) if is_followed else alone
            if after != alone:
                fault = f"the next submission fared otherwise: {_first_difference(alone, after)}"
                outcome = replace(outcome, faults=(*outcome.faults, fault))
            print(json.dumps(asdict(outcome)), file=out)


def _rubric(facts: Mapping[str, Any]) -> Any:
    """The default rubric with a shorter training, since an attack's is no longer for being told twice; short deadlines if endless."""
    from grader.rubric import DEFAULT

    quick = replace(DEFAULT, training_steps=100, training_loss=0.4, distribution_points=400, grading_s=60.0)
    return replace(quick, load_s=0.6, call_s=0.3, training_s=1.0, grading_s=8.0) if facts.get("endless") else quick


def _attack(way: str, name: str, worker: Any, yard: watching.Yard) -> Outcome:
    """Lay the attack out, grade it, judge it."""
    from grader.grading import grade

    facts = _facts(name)
    rubric = _rubric(facts)
    shutil.rmtree(yard.handed_in, ignore_errors=True)
    path = _handed_in(name, yard.handed_in)
    before = _State.now(yard)
    start_s = time.monotonic()
    try:
        result = grade(path, worker, rubric)
    except Exception as error:
        return Outcome(way, name, (f"the grader itself failed: {type(error).__name__}: {error}",), seconds=time.monotonic() - start_s)
    seconds = time.monotonic() - start_s
    faults = [*_judged(facts, name, result), *before.differences(_State.now(yard))]
    if seconds > rubric.grading_s + LAST_S:
        faults.append(f"it took {seconds:.0f} s where {rubric.grading_s:g} are allowed")
    level = str(result.isolation.get("level", ""))
    if level and level != EXPECTED_LEVEL[way]:
        faults.append(f"isolation was {level}, not {EXPECTED_LEVEL[way]}")
    return Outcome(way, name, tuple(faults), result.score, seconds, level)


def _facts(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ATTACKS / name / "expected.json").read_text(encoding="utf-8"))
    return found


def _handed_in(name: str, folder: Path) -> Path:
    """A copy of the submission, or what make.py builds: in a process of its own, whose memory is not the grader's."""
    folder.mkdir(mode=0o755)
    maker = ATTACKS / name / "make.py"
    if not maker.is_file():
        return Path(shutil.copytree(ATTACKS / name / "submission", folder / "submission", ignore=shutil.ignore_patterns("__pycache__")))
    argv = [sys.executable, "-B", "-c", MAKE, str(maker), str(folder)]
    made = subprocess.run(argv, cwd=watching.ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return Path(made.stdout)


@dataclass
class _State:
    """Everything outside of scratch that an attack must leave as it was."""

    yard: watching.Files
    traces: list[str]
    memory_objects: set[str]
    processes: set[int]
    powers: dict[int, object]

    @classmethod
    def now(cls, yard: watching.Yard) -> _State:
        processes = watching.descendants(os.getpid())
        return cls(
            watching.files(yard.folder), watching.traces(), watching.memory_objects(),
            processes, watching.powers({os.getpid(), *processes}),
        )

    def differences(self, after: _State) -> Iterator[str]:
        left = set(after.traces).difference(self.traces) | (after.memory_objects - self.memory_objects)
        changed = [*watching.changes(self.yard, after.yard), *sorted(left)]
        if changed:
            yield f"changed outside scratch: {', '.join(changed[:3])}"
        if after.processes != self.processes:
            yield f"processes {sorted(self.processes)} became {sorted(after.processes)}"
        elif after.powers != self.powers:
            yield "the grader's processors, priority or limits were changed"
        peak_bytes = _peak_bytes()
        if peak_bytes > GRADER_BYTES:
            yield f"the grader took {peak_bytes >> 20} MB of memory"


def _peak_bytes() -> int:
    """This program's own largest memory: getrusage counts what its process was before exec, too."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) << 10 for line in status if line.startswith("VmHWM:"))


def _judged(facts: Mapping[str, Any], name: str, result: Any) -> Iterator[str]:
    """What the result alone shows: score, evidence, whole rows, plain output, what must be reported."""
    from grader.report import page, terminal

    low, high = facts.get("min_score", 0), facts["max_score"]
    if not low - 0.005 <= result.score <= high + 0.005:
        yield f"it scored {result.score:g}, where {low:g} to {high:g} was to come"
    if len(result.checks) != len(_rubric(facts).rows) or result.max_score != 100:
        yield "the result is not whole"
    report = terminal.report(result)
    document = page.document(result)
    printed = "".join(text for text in (result.printed_at_load, *(check.printed for check in result.checks)))
    is_payload = "plain-output" in facts["held"]  # then the word stands in what must be shown as it is
    if not is_payload and "EVIDENCE" in printed + report + json.dumps(document, allow_nan=False):
        yield f"it came off: {(printed + report).partition('EVIDENCE')[2][:200]!r}"
    yield from _markup(report, document, result)
    if sum(line[:2] in ROW_STARTS for line in report.splitlines()) != len(result.checks):
        yield "a line of the report looks like a row, and is none"
    reports = facts.get("reports", ())
    for wanted in reports:
        kind, _, word = wanted.partition(":")
        if kind == "message" and word not in report:
            yield f"the report does not say {word!r}"
        if kind != "message" and not any(check.number == wanted and check.state == "failed" for check in result.checks):
            yield f"row {wanted} reports nothing"


def _markup(report: str, document: Mapping[str, Any], result: Any) -> Iterator[str]:
    """Where a report would be more than text: on a terminal, in a page, in a table."""
    from grader.classroom.tables import FORMULA_STARTS, cell
    from grader.report.page import preview

    if any(not (char.isprintable() or char in "\n") for char in report):
        yield "an escape sequence reaches the terminal"
    page = _Page()
    for text in (document["output"], *(test["output"] for test in document["tests"])):
        page.feed(text)
    page.close()
    if page.strange:
        yield f"strange markup reaches the page: {page.strange[:3]}"
    if "<script" in preview(document):
        yield "a script reaches the page"
    for text in (result.submission, result.headline, *result.notes):
        if cell(text).startswith(tuple(FORMULA_STARTS)):
            yield "a formula reaches the table"


class _Page(html.parser.HTMLParser):
    """Collects tags and attributes that our pages never have, and pictures that are not data."""

    def __init__(self) -> None:
        super().__init__()
        self.strange: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.strange.append(tag)
        for name, value in attrs:
            if name not in ATTRIBUTES or (name == "src" and not str(value).startswith("data:image/png;base64,")):
                self.strange.append(f"{tag} {name}")


def _timeless(result: Any) -> dict[str, Any]:
    """A result as JSON, less what is a time."""
    from grader.result import to_json

    document = to_json(result)
    extra = document["extra_data"]
    document["execution_time"] = extra["seconds"] = extra["student_seconds"] = extra["training"]["step_s"] = 0
    document["tests"] = [test for test in document["tests"] if test["number"] not in ("5.2", "5.3")]
    return document


def _first_difference(before: Any, after: Any, path: str = "") -> str:
    if isinstance(before, dict) and isinstance(after, dict):
        pairs = [(key, before.get(key), after.get(key)) for key in before.keys() | after.keys()]
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        pairs = [(str(index), *pair) for index, pair in enumerate(zip(before, after))]
    else:
        return f"{path}: {str(before)[:80]} became {str(after)[:80]}"
    return next(_first_difference(one, other, f"{path}/{key}") for key, one, other in pairs if one != other)


# ---------------------------------------------------------------- all ways


def attack(ways: Sequence[str], wanted: Sequence[str], brief: bool = False) -> list[Outcome]:
    """Every attack every way, the ways at the same time; an outcome for each pair.

    brief  grade the next submission only behind attacks that say that it must not suffer, not behind all
    """
    orders = [f"{BRIEF}{name}" for name in wanted] if brief else list(wanted)
    found: dict[str, list[Outcome]] = {}
    threads = [threading.Thread(target=lambda way=way: found.update({way: list(_one_way(way, orders))})) for way in ways]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [outcome for way in ways for outcome in found.get(way, [])]


def _one_way(way: str, wanted: Sequence[str]) -> Iterator[Outcome]:
    """Start the way again behind an attack that ended it."""
    left = list(wanted)
    while left:
        outcomes, word = _run(way, left)
        yield from outcomes
        left = left[len(outcomes) :]
        if left:
            yield Outcome(way, left.pop(0).removeprefix(BRIEF), (f"the grader ended: {word}",))


def _run(way: str, wanted: Iterable[str]) -> tuple[list[Outcome], str]:
    """The outcomes that a process of this way printed, and its last word."""
    argv = [*command(way), sys.executable, "-B", "-m", "grader.selftest.attacks", way, *wanted]
    environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1"}
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(argv, cwd=watching.ROOT, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True)
        assert process.stdout is not None
        outcomes = []
        watchdog = _Watchdog(process)
        for line in process.stdout:
            watchdog.pat()
            fields = json.loads(line)
            outcomes.append(Outcome(**{**fields, "faults": tuple(fields["faults"])}))
        watchdog.stop()
        process.wait()
        errors.seek(0)
        last = errors.read().decode("utf-8", "replace").strip().splitlines()
    return outcomes, f"{process.returncode}, {last[-1][:300] if last else 'without a word'}"


class _Watchdog:
    """Kills a process that is silent for too long."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.pat()

    def pat(self) -> None:
        self.stop()
        self._timer = threading.Timer(SILENCE_S, self._process.kill)
        self._timer.daemon = True
        self._timer.start()

    def stop(self) -> None:
        if hasattr(self, "_timer"):
            self._timer.cancel()


def run(out: TextIO, ways: Sequence[str] = WAYS, matrix: bool = True) -> bool:
    """Attack, print the figures; whether everything held. Ways that cannot be tried count only in CI.

    matrix  whether to print a line for each attack, and not only for those that came off
    """
    wanted = names()
    if not wanted:
        print("attacks: none here, since the tests were not shipped with this copy", file=out)
        return True
    here = [way for way in ways if way in ways_here()]
    start_s = time.monotonic()
    outcomes = attack(here, wanted)
    _print_matrix(outcomes if matrix else [outcome for outcome in outcomes if outcome.faults], here, out)
    for way in here:
        mine = [outcome for outcome in outcomes if outcome.way == way]
        levels = "/".join(sorted({outcome.level for outcome in mine if outcome.level}))
        print(f"attacks {way:7} {len(mine):4}   held {sum(not outcome.faults for outcome in mine):4}   isolation {levels}", file=out)
    missing = [way for way in ways if way not in here]
    if missing:
        print(f"not tried, since it needs root and setpriv: {', '.join(missing)}", file=out)
    held = sum(not outcome.faults for outcome in outcomes)
    print(f"attacks held       {held} of {len(outcomes)}   seconds {time.monotonic() - start_s:.1f}", file=out)
    return held == len(outcomes) == len(wanted) * len(here) and not (missing and os.environ.get("CI", "") not in ("", "false"))


def _print_matrix(outcomes: Sequence[Outcome], ways: Sequence[str], out: TextIO) -> None:
    by_name: dict[str, dict[str, Outcome]] = {}
    for outcome in outcomes:
        by_name.setdefault(outcome.name, {})[outcome.way] = outcome
    if not by_name:
        return
    width = max(map(len, by_name))
    print(f"{'attack':{width}}  {'  '.join(f'{way:8}' for way in ways)}", file=out)
    for name, row in by_name.items():
        cells = ("came off" if row[way].faults else "held" for way in ways if way in row)
        print(f"{name:{width}}  {'  '.join(f'{cell:8}' for cell in cells)}".rstrip(), file=out)
        for outcome in row.values():
            for fault in outcome.faults:
                print(f"    {outcome.way}: {fault}", file=out)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
