"""What did this code compute instead? The face of the diagnosis.

What may live here: the names that other rooms use. diagnose() asks a student's
functions, reads back what they compute and says which slip explains it; words()
says a slip to a student, as deep as the instructor allows.
"""
from __future__ import annotations

from grader.diagnosis.engine import diagnose
from grader.diagnosis.model import ARGUMENTS, GRADIENTS, Answer, Array, Diagnosis, Finding, Params, Slip, Student
from grader.diagnosis.pointing import has_a_line
from grader.diagnosis.words import words

__all__ = [
    "ARGUMENTS", "GRADIENTS", "Answer", "Array", "Diagnosis", "Finding", "Params", "Slip", "Student", "diagnose", "has_a_line", "words",
]
