"""`python -m grader`."""
import os
import sys

from grader.cli import main

if __name__ == "__main__":
    code = main()
    if sys.argv[1:2] == ["grade"]:  # taking numpy apart would take 30 ms
        for stream in filter(None, (sys.stdout, sys.stderr)):
            stream.flush()
        os._exit(code)
    sys.exit(code)
