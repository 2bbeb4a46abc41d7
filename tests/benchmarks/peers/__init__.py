"""Whole runs of this project and of its peers by turns, on the same locks and against the same local services."""
