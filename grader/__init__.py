"""The autograder. Kept empty of imports: the worker that runs student code passes through here."""
