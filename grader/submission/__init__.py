"""What was handed in, from files and archives on disk to a value in memory. The face of the room.

What may live here: the names that other rooms use. Nothing in this room runs or parses what it reads: files are
bytes, read within bounds; what is left out is said in a note; nothing usable raises UnusableSubmission with one line.
"""
from __future__ import annotations

from grader.submission.archives import TARS
from grader.submission.gathering import with_plain_suffix
from grader.submission.model import Submission, UnusableSubmission
from grader.submission.reading import NOT_CHOSEN, read_files, read_submission

__all__ = ["NOT_CHOSEN", "TARS", "Submission", "UnusableSubmission", "read_files", "read_submission", "with_plain_suffix"]
