"""The solution of the exercise. Only trusted code imports it; student code must never be able to read it."""
