"""Translate Poetry's version constraints into PEP 440 specifiers.

https://python-poetry.org/docs/dependency-specification/#version-constraints
"""

import re

from packaging.version import InvalidVersion, Version

_OR = re.compile(r"\|\|?")
_PART = re.compile(r"(\^|~=|~|===|==|=|!=|<>|>=|<=|>|<)?\s*([0-9A-Za-z*][^\s,]*)")


def alternatives(constraint: str) -> tuple[str, ...]:
    """Return PEP 440 specifier sets of which any may hold ("" is any version); ValueError for no constraint.

    `^1.2` is `>=1.2,<2.0`, `~1.2` is `>=1.2,<1.3`, a bare `1.2` is `==1.2`, and so Poetry reads `=1.2` and
    `<>1.2` too. `||` separates alternatives, which one PEP 508 requirement cannot express.
    """
    return tuple(_conjunction(part) for part in _OR.split(constraint))


def _conjunction(text: str) -> str:
    text = " ".join(text.split())  # a long run of blanks would take the square of its length
    found = list(_PART.finditer(text))
    rest = _PART.sub("", text).replace(",", "").strip()
    if not found or rest:
        raise ValueError(f"{text!r} is no version constraint")
    return ",".join(specifier for match in found if (specifier := _specifier(match[1] or "", match[2])))


def _specifier(sign: str, version: str) -> str:
    if sign in {"", "=", "<>"}:
        sign = "=="
    if version == "*":
        return ""
    if sign in {">", ">=", "<", "<="}:
        version = version.removesuffix(".*")  # as Poetry reads it
    if sign in {"^", "~"}:
        return _bounded(sign, version)
    if sign == "~=" and len(_parse(version).release) == 1:
        return _bounded("~", version)  # PEP 440 has no `~=2`, Poetry has
    if not version.endswith(".*"):
        _parse(version)
    elif sign in {"==", "!="}:
        _parse(version.removesuffix(".*"))
    else:
        raise ValueError(f"{sign}{version} is no version constraint")
    return f"{sign}{version}"


def _bounded(sign: str, text: str) -> str:
    """`^` keeps the first part that is not 0, `~` the part before the last of at most two."""
    version = _parse(text)
    release = version.release
    if sign == "~":
        kept = 1 if len(release) == 1 else 2
    else:
        kept = next((n for n, part in enumerate(release, 1) if part), len(release))
    upper = (*release[: kept - 1], release[kept - 1] + 1)
    above = ".".join(map(str, (*upper, *([0] * (len(release) - len(upper))))))
    epoch = f"{version.epoch}!" if version.epoch else ""
    return f">={text},<{epoch}{above}"


def _parse(text: str) -> Version:
    try:
        return Version(text)
    except InvalidVersion as error:
        raise ValueError(str(error)) from error
