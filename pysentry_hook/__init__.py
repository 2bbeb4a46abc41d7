"""The version of pysentry-hook, and nothing else."""

__version__ = "0.1.0"
