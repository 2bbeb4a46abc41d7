"""Flags over environment over files over defaults become one Settings; the only place that knows defaults."""
