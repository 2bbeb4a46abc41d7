"""How is it told? One module a format, each a pure function from a Report to text; the registry."""

from pysentry_hook.reports.look import Format


def _human() -> Format:
    from pysentry_hook.reports import human

    return human


def _json() -> Format:
    from pysentry_hook.reports import json

    return json


def _sarif() -> Format:
    from pysentry_hook.reports import sarif

    return sarif


FORMATS = {"human": _human, "json": _json, "sarif": _sarif}
"""Every format by the word that options use."""

SUFFIXES = {".txt": "human", ".json": "json", ".sarif": "sarif"}
"""The format that the suffix of an output file means."""
