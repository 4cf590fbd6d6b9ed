"""The shipped corpus, graded; and mistakes made on purpose, diagnosed."""
