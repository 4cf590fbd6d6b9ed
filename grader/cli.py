"""The commands. Exit codes: 0 done, 1 the grader's fault, 2 unusable call or input, 3 isolation refused.

What may live here: arguments, the order of start-up, and errors as one line on
stderr. Everything else is imported when its command is chosen.
"""
from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from grader.report.pictures import Picture
    from grader.result import Result

DONE, FAULT, UNUSABLE, REFUSED = 0, 1, 2, 3


class Unusable(Exception):
    """The call or its input cannot be used; one line says why."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(UNUSABLE, f"{self.prog}: {' '.join(message.split())} (see {self.prog} --help)\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    _show_what_can_be_shown()
    arguments = _parser().parse_args(argv)
    try:
        code: int = arguments.run(arguments)
        sys.stdout.flush()
        return code
    except Unusable as error:
        return _say(f"grader: {error}", UNUSABLE)
    except KeyboardInterrupt:
        return _say("grader: interrupted", FAULT)
    except BrokenPipeError:  # whoever read stdout has gone; Python would complain about it once more at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAULT
    except Exception as error:
        return _say(*_verdict(error))


def _show_what_can_be_shown() -> None:
    """A terminal that has no ticks, or a name that is no text, costs a question mark and not the report; a closed one, nothing else."""
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115 - lives as long as the process
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _verdict(error: Exception) -> tuple[str, int]:
    """One line and an exit code for an error that reached the top."""
    from grader.sandbox.cell import IsolationRefused
    from grader.sandbox.warm import HostError

    if isinstance(error, IsolationRefused):
        return f"grader: {error}", REFUSED
    if isinstance(error, HostError):
        return f"grader: this machine's fault: {error}", FAULT
    return f"grader: the grader's fault ({type(error).__name__}: {error})", FAULT


def _say(line: str, code: int) -> int:
    print(" ".join(line.split()), file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m grader", description="The autograder for backpropagation by hand.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser)
    grade = commands.add_parser("grade", help="grade one submission: a folder, a .py, a .ipynb or a .zip")
    grade.add_argument("submission", type=_path)
    grade.add_argument("--results", type=_path, metavar="FILE", help="also write Gradescope's results.json")
    grade.add_argument("--json", action="store_true", help="print the results.json instead of the report")
    grade.add_argument("--pictures", type=_path, metavar="DIR", help="save loss curve and decision surface there")
    grade.add_argument("--preview", type=_path, metavar="FILE.html", help="save a page that shows what students see on Gradescope")
    grade.add_argument("--feedback", choices=("full", "hint", "score"), help="how much is said (default: as the rubric has it)")
    grade.add_argument(
        "--trust-student-code", action="store_true", help="grade even where this machine cannot hold the code; you vouch for it"
    )
    grade.set_defaults(run=_grade)
    many = commands.add_parser("class", help="grade a class: a Gradescope export, or a folder with one submission a student")
    many.add_argument("folder", type=_path)
    many.add_argument("--out", type=_path, required=True, metavar="FOLDER", help="where results, grades.csv and class.html go")
    many.add_argument("--jobs", type=_count, metavar="N", help="processes that grade at once (default: one a core)")
    many.add_argument("--format", choices=("gradescope", "canvas", "csv"), default="gradescope", help="columns of grades.csv")
    many.add_argument("--title", default="Backpropagation", help="of the assignment; for Canvas 'Title (123)' names an existing one")
    many.add_argument("--against", type=_path, metavar="FOLDER", help="show whose mark changed against that earlier --out")
    many.add_argument("--scheduler", metavar="ADDRESS", help="grade on the Dask cluster there instead, such as tcp://host:8786")
    many.add_argument(
        "--trust-student-code", action="store_true", help="grade even where this machine cannot hold the code; you vouch for it"
    )
    many.set_defaults(run=_class)
    selftest = commands.add_parser("selftest", help="grade the shipped corpus of right, wrong and hostile submissions; print what is off")
    selftest.add_argument(
        "--attacks", action="store_true", help="only the hostile ones, in every way a grader can be run: as root, in a container, as a user"
    )
    selftest.add_argument("--diagnosis", action="store_true", help="instead: plant mistakes and print how they are diagnosed")
    parts = ("apart", "working", "all")
    selftest.add_argument("--part", choices=parts, default="apart", help="with --diagnosis: which of the mistakes (default: apart)")
    selftest.add_argument("--seed", type=int, default=0, metavar="N", help="with --diagnosis: draws the pairs and sets mistakes apart")
    selftest.set_defaults(run=_selftest)
    doctor = commands.add_parser("doctor", help="say which isolation layers hold here, by trying them")
    doctor.set_defaults(run=_doctor)
    template = commands.add_parser("template", help="make the student template from the reference")
    template.add_argument("--check", action="store_true", help="only say whether it is stale")
    template.set_defaults(run=_template)
    package = commands.add_parser("package", help="build the zip that is uploaded to Gradescope")
    package.add_argument("--output", type=_path, default=Path("autograder.zip"), metavar="FILE")
    package.set_defaults(run=_package)
    return parser


def _grade(arguments: argparse.Namespace) -> int:
    _check_outputs(arguments)
    from grader.sandbox import warm

    with warm.take() as worker:  # it imports numpy while we do
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # our arrays are small, and its threads take 40 ms to start
        from grader.grading import grade
        from grader.rubric import DEFAULT

        if arguments.pictures or arguments.preview:
            from grader.report.pictures import import_meanwhile

            import_meanwhile()
        rubric = replace(DEFAULT, feedback=arguments.feedback or DEFAULT.feedback)
        try:
            result = grade(arguments.submission, worker, rubric, trusted=arguments.trust_student_code)
        except FileNotFoundError:
            raise Unusable(f"there is nothing at {arguments.submission}") from None
        except PermissionError as error:
            raise Unusable(f"{error.filename} cannot be read") from None
    from grader.report import terminal
    from grader.result import with_feedback_removed

    if rubric.feedback == "score":
        result = with_feedback_removed(result)
    document = _document(result, rubric.feedback, arguments)
    unwritten = _write_files(result, document, arguments)
    print(json.dumps(document, indent=1, allow_nan=False) if arguments.json else terminal.report(result, terminal.style_of(sys.stdout)))
    if unwritten:
        raise Unusable("; ".join(unwritten))
    return DONE


def _document(result: Result, feedback: str, arguments: argparse.Namespace) -> dict[str, Any]:
    """The results.json; empty where nobody asked for it or for the page that is made of it."""
    if not (arguments.results or arguments.preview or arguments.json):
        return {}
    from grader.report import page

    return page.document(result, _row_pictures(result, feedback) if arguments.preview else {})


def _write_files(result: Result, document: Mapping[str, Any], arguments: argparse.Namespace) -> list[str]:
    """Write what was asked for, as far as that can be done; a line for each that cannot be written."""
    from grader.result import write_json, write_whole

    def save_preview() -> None:
        from grader.report.page import preview

        write_whole(arguments.preview.resolve(), preview(document))

    def save_pictures() -> None:
        from grader.report import pictures

        pictures.save_pictures(result, arguments.pictures)

    unwritten: list[str] = []
    for path, write in (
        (arguments.preview, save_preview),
        (arguments.results, lambda: write_json(document, arguments.results.resolve())),
        (arguments.pictures, save_pictures),
    ):
        try:
            if path:
                write()
        except OSError as error:
            unwritten.append(f"{path} cannot be written: {error.strerror or error}")
    return unwritten


def _row_pictures(result: Result, feedback: str) -> dict[str, Picture]:
    from grader.report.pictures import row_pictures

    return {} if feedback == "score" else dict(row_pictures(result))


def _path(text: str) -> Path:
    if not text:  # as of a shell's variable that was never set; Path would take it for the folder where we are
        raise argparse.ArgumentTypeError("the name is empty")
    return Path(text)


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 256:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 256")
    return int(text)


def _class(arguments: argparse.Namespace) -> int:
    from grader.classroom import command

    plan = command.Plan(
        arguments.folder, arguments.out, arguments.format, trusted=arguments.trust_student_code,
        against=arguments.against, title=arguments.title,
    )
    try:
        return command.grade_class(plan, arguments.jobs, arguments.scheduler)
    except command.UNUSABLE as error:
        raise Unusable(str(error)) from None


def _check_outputs(arguments: argparse.Namespace) -> None:
    """Say what cannot be written before any work is done."""
    for file in filter(None, (arguments.results, arguments.preview)):
        _check_file(file)
    if arguments.pictures:
        try:
            arguments.pictures.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Unusable(f"there can be no folder {arguments.pictures}: {error.strerror}") from None
        if not os.access(arguments.pictures, os.W_OK | os.X_OK):
            raise Unusable(f"{arguments.pictures} cannot be written to")


def _check_file(file: Path) -> None:
    """Raises Unusable where no file of this name can be written, or something stands there that is none."""
    folder = file.absolute().parent
    if not folder.is_dir():
        raise Unusable(f"there is no folder {file.parent} for {file.name}")
    if file.is_dir():
        raise Unusable(f"{file} is a folder")
    if file.exists() and not file.is_file():
        raise Unusable(f"{file} is not a plain file")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise Unusable(f"the folder of {file} cannot be written to")


def _selftest(arguments: argparse.Namespace) -> int:
    if arguments.diagnosis:
        from grader.selftest.diagnosis import report

        return DONE if report(sys.stdout, arguments.part, arguments.seed) else FAULT
    from grader.selftest import attacks
    from grader.selftest.ways import present_way

    if arguments.attacks:
        return DONE if attacks.run(sys.stdout) else FAULT
    from grader.selftest.corpus import run

    is_corpus_right = run(sys.stdout)
    return DONE if attacks.run(sys.stdout, (present_way(),), matrix=False) and is_corpus_right else FAULT


def _doctor(arguments: argparse.Namespace) -> int:
    from grader.sandbox.layers import visible
    from grader.sandbox.support import supported
    from reference import __file__ as secret

    support = supported(Path(str(secret)).parent / "backprop.py")
    for layer in ("uid", "landlock", "seccomp", "rlimits"):
        print(f"{layer:10} {'holds' if getattr(support.observed, layer) else 'does not hold'}")
    print(f"{'level':10} {support.observed.level}")
    print(visible(support.observed))
    for line in support.lacking:
        print(f"- {line}")
    return DONE


def _template(arguments: argparse.Namespace) -> int:
    from grader.template import is_stale, write

    if not arguments.check:
        write()
    elif is_stale():
        return _say("grader: student_template/backprop.py is stale: run `python -m grader template`", FAULT)
    return DONE


def _package(arguments: argparse.Namespace) -> int:
    from grader.package import build

    _check_file(arguments.output)
    try:
        package = build(arguments.output)
    except FileNotFoundError as error:
        raise Unusable(f"{error.filename} is missing") from None
    except OSError as error:
        raise Unusable(f"{arguments.output} cannot be written: {error.strerror}") from None
    print(f"{package.path}: {package.files} files, {package.size_bytes / 1000:.0f} kB, sha256 {package.sha256}")
    return DONE
