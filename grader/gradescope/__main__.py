"""`python -m grader.gradescope run` grades what Gradescope put down; `verify` ends the building of its image.

What may live here: the arguments. run_autograder and setup.sh call this; people call `python -m grader`.
"""
from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m grader.gradescope")
    parser.add_argument("command", choices=("run", "verify"))
    parser.add_argument("--root", type=Path, default=Path("/autograder"), help="the folder of submission, results and metadata")
    arguments = parser.parse_args()
    if arguments.command == "verify":
        from grader.gradescope.verify import verify

        return 0 if verify(sys.stdout) else 1
    from grader.gradescope.supervise import run
    from grader.rubric import DEFAULT

    run(arguments.root, os.environ.get("TIMEOUT_SECONDS", ""), DEFAULT)
    return 0


if __name__ == "__main__":
    sys.exit(main())
