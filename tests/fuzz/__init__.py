"""Coverage-guided fuzzing, run by hand: it needs atheris, which the test suite does not."""
