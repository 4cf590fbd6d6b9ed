"""Many submissions: who handed in what, the parallel run that can be interrupted, the tables.

What may live here: everything about a class. One submission is graded by
grading, drawn by report; nothing here looks into student code.
"""
