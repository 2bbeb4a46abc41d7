"""Tell what one requirement asks for: an exact version of an index, or why it is none."""

import re
from typing import NamedTuple

from packaging.version import Version

from pysentry_hook.inputs.kinds import kind_of_url
from pysentry_hook.inputs.needs import LONGEST_MARKER
from pysentry_hook.inputs.packages import why_no_version
from pysentry_hook.model import NOT_PINNED, NormalizedName, normalize, parse_name, parse_version
from pysentry_hook.text import one_line, without_credentials

_NAME = r"([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)"
_PIN = re.compile(
    _NAME + r"\s*+(?:\[[A-Za-z0-9._,\s-]*+\]\s*+)?\(?\s*+===?\s*+([^\s,;)]++)\s*+\)?\s*+(?:;.*)?", re.ASCII | re.DOTALL
)
_NAMED = re.compile(_NAME + r"\s*(?:\[[^\]]*\])?\s*(.*)", re.ASCII | re.DOTALL)
_EGG = re.compile(r"(?:^|&)egg=([A-Za-z0-9._-]+)")
_MARKER = re.compile(r";")
_MARKER_AFTER_URL = re.compile(r"\s;|;\s")
_ARCHIVES = (".whl", ".zip", ".tar.gz", ".tgz", ".tar.bz2")


class Asked(NamedTuple):
    """One requirement; `version` is None exactly where `reason` says why it cannot be looked up."""

    name: str
    """Normalised where it is a name, else the path or URL to show."""
    version: Version | None
    written: str | None
    reason: str | None
    markers: tuple[str, ...] = ()
    target: str | None = None
    """The path or URL of what comes from no index."""
    text: str | None = None
    """The requirement as it is written, for what comes from an index."""


def requirement(text: str) -> Asked | None:
    """Return what a requirement asks for, PEP 508 or one of pip's paths and URLs; None where it is neither."""
    named = _NAMED.fullmatch(text)
    name, rest = (parse_name(named[1]), named[2].lstrip()) if named else (None, "")
    body, markers = _marked(text)
    if pin := _PIN.fullmatch(text):
        return _pin(normalize(pin[1]), pin[2], text, markers)
    if name and rest.startswith("@"):
        target = _marked(rest)[0][1:].strip()
        return Asked(name, None, None, kind_of_url(target), markers, target)
    if "://" in body or text.startswith((".", "/", "~")) or _is_file(body):
        return elsewhere(body)._replace(markers=markers)
    if name and (not rest or rest[0] in "<>=!~(;"):
        return _not_pinned(name, text, markers)
    return None


def elsewhere(target: str) -> Asked:
    """Return what an editable, a path or a URL asks for, named by its egg where it has one."""
    egg = _EGG.search(target.partition("#")[2])
    name = parse_name(egg[1]) if egg else None
    shown = without_credentials(target)
    return Asked(name or parse_name(shown) or one_line(shown, 120), None, None, kind_of_url(target), target=target)


def _pin(name: NormalizedName, written: str, text: str, markers: tuple[str, ...]) -> Asked:
    if written.endswith(".*"):
        return _not_pinned(name, text, markers)
    version = parse_version(written)
    reason = None if version else why_no_version(written)
    return Asked(name, version, one_line(written, 80), reason, markers, text=text)


def _not_pinned(name: NormalizedName, text: str, markers: tuple[str, ...]) -> Asked:
    return Asked(name, None, None, f"{NOT_PINNED}: {one_line(text, 80)!r}", markers, text=text)


def _marked(text: str) -> tuple[str, tuple[str, ...]]:
    """Split off the marker; in a URL only a semicolon beside white space starts one, as pip reads it."""
    found = (_MARKER_AFTER_URL if "://" in text else _MARKER).search(text)
    if not found:
        return text, ()
    marker = one_line(text[found.end() :], LONGEST_MARKER)
    return text[: found.start()].rstrip(), (marker,) if marker else ()


def _is_file(text: str) -> bool:
    """Whether a line without a scheme is a path: one word that has a folder or is an archive."""
    word = text.partition("[")[0].strip()
    head, folder, _ = word.partition("/")
    return not re.search(r"\s", word) and not re.search(r"[<>=!~]", head) and bool(folder or head.endswith(_ARCHIVES))
