"""`python -m grader`.

What may live here: what a grading gains by coming first, and by ending at once.
"""
import gc
import os
import sys


def _run() -> int:
    """The command; `grade` has its worker started before even the arguments are read, so that both start at once."""
    if sys.argv[1:2] != ["grade"]:
        from grader.cli import main

        return main()
    gc.set_threshold(50_000, 20, 100)  # a grading is over before garbage matters, and imports make much that is none
    from grader.sandbox import warm

    warm.start_ahead(sys.argv[2:])
    try:
        from grader.cli import main

        return main()
    finally:
        warm.drop()


def _end(code: int) -> None:
    """Leave without taking numpy apart, which would take 30 ms."""
    for stream in filter(None, (sys.stdout, sys.stderr)):
        stream.flush()
    os._exit(code)


if __name__ == "__main__":
    code = _run()
    if sys.argv[1:2] == ["grade"]:
        _end(code)
    sys.exit(code)
