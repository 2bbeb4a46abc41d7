"""How is it told? One module a format, each a pure function from a Report or a Plan to text; the registries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pysentry_hook.reports.look import Format, Formats

if TYPE_CHECKING:
    from pysentry_hook.proposal import Plan
    from pysentry_hook.report import Report


def _human() -> Format[Report]:
    from pysentry_hook.reports import human

    return human


def _json() -> Format[Report]:
    from pysentry_hook.reports import json

    return json


def _sarif() -> Format[Report]:
    from pysentry_hook.reports import sarif

    return sarif


def _markdown() -> Format[Report]:
    from pysentry_hook.reports import markdown

    return markdown


def _github() -> Format[Report]:
    from pysentry_hook.reports import github

    return github


def _plan_human() -> Format[Plan]:
    from pysentry_hook.reports import plan_human

    return plan_human


def _plan_json() -> Format[Plan]:
    from pysentry_hook.reports import plan_json

    return plan_json


def _plan_markdown() -> Format[Plan]:
    from pysentry_hook.reports import plan_markdown

    return plan_markdown


FORMATS: Formats[Report] = {
    "human": _human,
    "json": _json,
    "sarif": _sarif,
    "markdown": _markdown,
    "github": _github,
}
"""Every format of a report by the word that options use."""

PLAN_FORMATS: Formats[Plan] = {"human": _plan_human, "json": _plan_json, "markdown": _plan_markdown}
"""Every format of a plan."""

SUFFIXES = {".txt": "human", ".json": "json", ".sarif": "sarif", ".md": "markdown"}
"""The format that the suffix of an output file means."""
