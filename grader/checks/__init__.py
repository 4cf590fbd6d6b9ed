"""The rows of the report as unittest cases, a file a part of the assignment.

What may live here: what to ask of the student's functions, and whether the
answers are right. Student code is reached only through the sandbox's client.
"""
