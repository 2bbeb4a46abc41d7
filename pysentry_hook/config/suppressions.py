"""Read an accepted risk: a `[[suppressions]]` table, or a comment beside a requirement."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from pysentry_hook.config.keys import SUPPRESSION_KEYS
from pysentry_hook.config.kinds import nearest_setting
from pysentry_hook.errors import ConfigError
from pysentry_hook.model import NormalizedName, normalize, parse_name
from pysentry_hook.rules import COMMENT, Place, Rule, Suppression
from pysentry_hook.text import one_line

LONGEST = timedelta(days=366)
"""How far ahead a suppression may end."""

_WORDS = 3
_PLACEHOLDERS = re.compile(
    # "none of our views parse XML" and "the placeholder is escaped" are reasons
    r"\b(?:tbd|todo|fixme|xxx)\b|^\W*(?:n/a|placeholder)\b|^\W*(?:none\W*)+$",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"#\s*pysentry(?:-hook)?:\s*(.*)", re.DOTALL)
_INLINE = re.compile(r"ignore\s*\[([^\]]*)\]\s*until\s+(\S+?)\s*:\s*(.*)", re.DOTALL)
_ID = re.compile(r"[A-Za-z]+-[A-Za-z0-9._-]+", re.ASCII)

Fail = Callable[[str, str], ConfigError]
"""Makes the error of a key, from its detail and the key."""


def read_suppression(table: Mapping[str, Any], fail: Fail, place: Place, today: date) -> Suppression:
    """Return the suppression of a table; ConfigError for what is missing, unknown or no reason."""
    for key in table:
        if key not in SUPPRESSION_KEYS:
            raise fail(f"suppressions.{one_line(key, 40)} is no setting{nearest_setting(key, SUPPRESSION_KEYS)}", key)
    identifier = _text(table, "id", fail)
    version = table.get("version")
    if version is not None:
        _check_version(version, fail)
    until = table.get("until")
    if until is not None and until != "fixed":
        raise fail(f'suppressions.until = {one_line(repr(until), 40)} is not "fixed"', "until")
    return Suppression(
        id=_identifier(identifier, fail),
        package=_name(table, "package", fail),
        version=version,
        group=_name(table, "group", fail),
        reason=_reason(_text(table, "reason", fail), fail),
        expires=_expires(table.get("expires"), fail, today),
        until_fixed=until == "fixed",
        owner=_text(table, "owner", fail) if "owner" in table else None,
        rule=Rule("suppressions", identifier, str(place), place),
    )


def read_comment(
    comment: str, package: NormalizedName, place: Place, today: date, *, told: str | None = None
) -> list[Suppression]:
    """Return the suppressions of a comment beside a requirement, none where it does not speak to us.

    `told` is its file as errors call it, where that is not the path of the place.

    `# pysentry: ignore[CVE-2099-1, GHSA-x] until 2027-01-31: reason`; ConfigError for one that cannot be read.
    """
    found = _COMMENT.search(comment)
    if found is None:
        return []
    said = _INLINE.fullmatch(found[1].strip())

    def fail(detail: str, _: str) -> ConfigError:
        return ConfigError(f"{place._replace(path=told or place.path)}: {detail.removeprefix('suppressions.')}")

    if said is None:
        raise fail("the comment is not read; write  # pysentry: ignore[CVE-2099-1] until 2027-01-31: reason", "")
    names = [name.strip() for name in said[1].split(",") if name.strip()]
    if not names:
        raise fail("the comment names no id between its brackets, as ignore[CVE-2099-1]", "id")
    reason, expires = _reason(said[3], fail), _expires(said[2], fail, today)
    return [
        Suppression(
            id=_identifier(name, fail),
            package=package,
            reason=reason,
            expires=expires,
            rule=Rule(COMMENT, name, str(place), place),
        )
        for name in names
    ]


def why_no_reason(text: str) -> str | None:
    """Why a text is no reason: it is a placeholder, or has fewer than three words; None where it is one."""
    words = text.split()
    if len(words) < _WORDS:
        return f"{one_line(text, 40)!r} is no reason that somebody can check later: write three words at least"
    if _PLACEHOLDERS.search(text):
        return f"{one_line(text, 40)!r} is a placeholder, no reason that somebody can check later: write one"
    return None


def why_no_end(expires: date, today: date) -> str | None:
    """Why a day is too far ahead; None where it is not."""
    if expires - today <= LONGEST:
        return None
    return f"{expires} is more than a year ahead; at most {today + timedelta(days=365)}"


def parse_day(value: object) -> date | None:
    """The day that a value means: a date of TOML, or text as 2027-01-31."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def is_identifier(text: str) -> bool:
    """Whether a text can be the id of an advisory."""
    return bool(_ID.fullmatch(text))


def _text(table: Mapping[str, Any], key: str, fail: Fail) -> str:
    value = table.get(key)
    if value is None:
        raise fail(f"suppressions.{key} is missing: {SUPPRESSION_KEYS[key]}", key)
    if not isinstance(value, str) or not value.strip():
        raise fail(f"suppressions.{key} = {one_line(repr(value), 40)} is not a text; write it in quotes", key)
    return value.strip()


def _identifier(text: str, fail: Fail) -> str:
    if not is_identifier(text):
        raise fail(f"suppressions.id = {one_line(text, 60)!r} is no id of an advisory, as CVE-2025-69872", "id")
    return text


def _name(table: Mapping[str, Any], key: str, fail: Fail) -> NormalizedName | None:
    if key not in table:
        return None
    if parse_name(table[key]) is None:
        raise fail(f"suppressions.{key} = {one_line(repr(table[key]), 60)} is no name, as requests", key)
    return normalize(table[key])


def _check_version(value: object, fail: Fail) -> None:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        SpecifierSet(str(value) if isinstance(value, str) and value.strip() else "?")
    except InvalidSpecifier as error:
        detail = f"suppressions.version = {one_line(repr(value), 60)} is no version specifier, as ==2.1 or <3"
        raise fail(detail, "version") from error


def _reason(text: str, fail: Fail) -> str:
    why = why_no_reason(text)
    if why:
        raise fail(f"suppressions.reason: {why}", "reason")
    return one_line(text, 1000)


def _expires(value: object, fail: Fail, today: date) -> date:
    if value is None:
        latest = today + timedelta(days=365)
        raise fail(f"suppressions.expires is missing: the last day on which it holds, at most {latest}", "expires")
    day = parse_day(value)
    if day is None:
        raise fail(f"suppressions.expires = {one_line(value, 40)} is no day, as 2027-01-31", "expires")
    why = why_no_end(day, today)
    if why:
        raise fail(f"suppressions.expires: {why}", "expires")
    return day
