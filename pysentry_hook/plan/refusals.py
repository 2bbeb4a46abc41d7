"""Read what uv says where it resolves nothing: what has no wheel, what needs a later Python, and what asks for what."""

import re
from collections.abc import Mapping

from pysentry_hook.model import NormalizedName, normalize
from pysentry_hook.resolvers.request import ResolutionError
from pysentry_hook.text import one_line

_ONLY = r"(?:\[[^\]\s]{0,300}\])?(?:\{[^{}]{0,300}\})?"
"""The extras and the marker of a package, where it is spoken of for these alone."""
_NAME = rf"(?<![\w.-])([\w.-]+){_ONLY}"
_ASKED = r"[<>=!~]\S{0,300}"
_UNUSABLE = re.compile(
    rf"{_NAME}(?:{_ASKED})? (?:ha(?:s|ve) no (?:usable|`[^`]*`-compatible) wheels|was not found in the package )"
    rf"|there (?:is|are) no versions? of ([\w.-]+?){_ONLY}=="
)
_PYTHON = re.compile(rf"{_NAME}{_ASKED} depends? on Python>=(\d+(?:\.\d+)*)")
_LONGEST = 80


def unusable(refusal: ResolutionError) -> frozenset[NormalizedName]:
    """The packages of which the index has nothing that can be resolved."""
    return frozenset(normalize(one or other) for one, other in _UNUSABLE.findall(_said(refusal)))


def pythons(refusal: ResolutionError) -> Mapping[NormalizedName, str]:
    """The least Python that each package needs where the project does not demand it."""
    needed: dict[NormalizedName, str] = {}
    for name, python in _PYTHON.findall(_said(refusal)):
        needed.setdefault(normalize(name), python)
    return needed


def asked_by(refusal: ResolutionError, parent: NormalizedName, name: NormalizedName) -> str:
    """The versions of a package that another asks for; empty where uv does not tell them."""
    who = rf"(?<![\w.-]){re.escape(parent)}(?![\w.-]){_ONLY}\S*"
    found = re.search(rf"{who} depends? on {re.escape(name)}({_ASKED})", _said(refusal))
    return one_line(found[1].rstrip(",."), _LONGEST) if found else ""


def _said(refusal: ResolutionError) -> str:
    return " ".join(refusal.whole.split())
