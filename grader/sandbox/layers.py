"""What the probe's outcomes say about the layers of isolation, and the words about them.

What may live here: the judgement of outcomes, as data and as sentences. Runs in the grader; tries nothing itself.

Each layer is judged by attempts that it alone can stop:
  landlock  a file that anyone may read, another that anyone may write
  uid       a file of the grader's that only its owner may read, inside the scratch folder
  seccomp   a UDP socket, a fork, shared memory without a file
  rlimits   more memory, more descriptors and a longer file than allowed
What several layers stop (the grader's process, its files, the reference) is
tried as well, and listed as exposed if it came off.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Literal

from grader.frozen import frozen
from grader.sandbox.probe import DONE

Level = Literal["full", "partial", "none"]


@frozen
class Observed:
    """What held. `exposed` names the attempts on the grader, its files and the network that came off."""

    uid: bool
    landlock: bool
    seccomp: bool
    rlimits: bool
    level: Level
    exposed: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """The object that stands in a result's extra_data."""
        return {key: value for key, value in asdict(self).items() if key != "exposed"}

    @property
    def secret_is_exposed(self) -> bool:
        """Whether student code could read the reference: then no student code may run."""
        return bool(_ON_SECRET.intersection(self.exposed))


NOTHING_HELD = Observed(uid=False, landlock=False, seccomp=False, rlimits=False, level="none")

_ON_FILES = ("read a file", "list a folder", "write a file", "create a file")
_ON_SECRET = frozenset({"read the secret", "list the secret's folder"})
_INSIDE = frozenset({"read a private file", "more memory", "more descriptors", "a longer file"})
"""Attempts that reach nothing beyond scratch where they come off."""

_ALONE: dict[str, tuple[tuple[str, ...], frozenset[str]]] = {
    "uid": (("read a private file",), frozenset({"EACCES"})),
    "landlock": (_ON_FILES, frozenset({"EACCES"})),
    "seccomp": (("open a UDP socket", "fork", "shared memory", "truncate a file"), frozenset({"EPERM"})),
    "rlimits": (("more memory", "more descriptors", "a longer file"), frozenset({"ENOMEM", "EMFILE", "EFBIG"})),
}
"""Layer: the attempts that it alone stops, and the errors by which it does."""


def judge(outcomes: Mapping[str, str]) -> Observed:
    """What the outcomes of attempt() say about the layers.

    A layer held if every attempt that it alone can stop was stopped with an
    error of that layer; an attempt that was not made counts against it. The
    level is full if all four held and nothing is exposed, none if neither files
    nor uid held (files may be held by something that is not Landlock, such as
    macOS's sandbox) or if the reference could be read, else partial.
    """
    held = {layer: all(outcomes.get(name) in errors for name in names) for layer, (names, errors) in _ALONE.items()}
    exposed = tuple(name for name, outcome in outcomes.items() if outcome == DONE and name not in _INSIDE)
    files_held = all(outcomes.get(name, DONE) != DONE for name in _ON_FILES)
    level: Level = "full" if all(held.values()) and not exposed else "partial"
    if _ON_SECRET.intersection(exposed) or not (files_held or held["uid"]):
        level = "none"
    return Observed(**held, level=level, exposed=exposed)


_ADVICE = {
    "uid": "no user of its own for student code: run the grader as root (Gradescope and Docker do by default)",
    "landlock": "files are not closed to student code: Landlock needs Linux 5.13 or newer, with landlock among the"
                " modules in /sys/kernel/security/lsm; on macOS sandbox-exec takes its place",
    "seccomp": "system calls are not filtered: seccomp needs Linux on x86-64 or aarch64, with CONFIG_SECCOMP_FILTER",
    "rlimits": "memory, descriptors and file sizes are not limited: something in this host overrides setrlimit",
}


def advice(observed: Observed) -> tuple[str, ...]:
    """One sentence for each layer that did not hold, and one for what is exposed: for whoever runs the grader."""
    sentences = [sentence for layer, sentence in _ADVICE.items() if not getattr(observed, layer)]
    if observed.secret_is_exposed:
        sentences.append("student code can read the reference: chmod -R go= the grader's folder, or enable Landlock")
    elif observed.exposed:
        sentences.append(f"student code could: {', '.join(observed.exposed)}")
    return tuple(sentences)


def visible(observed: Observed) -> str:
    """What student code may have seen or reached, for the end of the instructor's report."""
    if observed.level == "none":
        return "Student code was not held: it could read, and perhaps change, whatever the grader can."
    sentences = []
    if observed.uid:
        sentences.append("Student code ran under a user of its own.")
    else:
        sentences.append("Student code ran as the grader's own user and could see names, sizes and times of its files.")
    if "read a file" not in observed.exposed:
        sentences.append("It could open Python's, numpy's, scipy's and matplotlib's files and its own, no others.")
    else:
        sentences.append("It could open every file that all users of this machine may read.")
    if observed.seccomp:
        sentences.append("It had no network and no further processes.")
    else:
        sentences.append("Its system calls were not filtered: it could start processes and, perhaps, use the network.")
    if not observed.rlimits:
        sentences.append("Its memory and files were not limited.")
    return " ".join(sentences)
