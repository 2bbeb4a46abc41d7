"""Write requirements and their bounds: what allows a version, and nothing that was not asked for."""

import re
from collections.abc import Iterator

from packaging.requirements import Requirement
from packaging.specifiers import Specifier
from packaging.version import Version

from pysentry_hook.model import NormalizedName

_UPPER = {"<", "<=", "==", "===", "~="}
_FORM = re.compile(
    r"(\s*[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?(?:\s*\[[^\]]*\])?)(\s*+\(?\s*+)([<>=!~][^;)]*?)?(\s*+\)?\s*+(?:;.*)?)",
    re.ASCII | re.DOTALL,
)
"""A requirement as it is written: name and extras, what stands between, the bounds, and the rest."""
_LONGEST = 2_000


def nearest(name: NormalizedName, version: Version) -> Iterator[str]:
    """Give requirements that take at least a version, from the least distance to any: exactly it, patch, minor, any."""
    yield f"{name}>={version},<={version}"  # == would admit a release that was withdrawn
    yield f"{name}>={version},<{_next(version, 2)}"
    yield f"{name}>={version},<{_next(version, 1)}"
    yield f"{name}>={version}"


def within(name: NormalizedName, version: Version | None, level: int) -> str:
    """A requirement for what moves with another: from the same minor release to any."""
    if version is None or level > 1:
        return name
    return f"{name}>={version},<{_next(version, 2 - level)}"


def admits(requirement: str, version: Version) -> bool:
    """Whether a requirement allows a version."""
    return Requirement(requirement).specifier.contains(version, prereleases=True)


def without_upper(requirement: str) -> str:
    """The requirement with its lower bounds and exclusions alone: a pin and a compatible release have a lower one."""
    stated = Requirement(requirement)
    kept = [_lower(each) for each in stated.specifier]
    return written(stated, ",".join(sorted(filter(None, kept))))


def raised(requirement: str, version: Version) -> str:
    """The requirement with a version as its lower bound, in the manner in which it is written.

    A pin stays a pin, a compatible release one, and an upper bound that excludes the version moves to the next of
    its kind: `<3` to `<4`, `<2.31` to `<2.33`.
    """
    stated = Requirement(requirement)
    parts = [f">={version}"]
    for each in stated.specifier:
        if each.operator in {"==", "==="} and not each.version.endswith(".*"):
            return written(stated, f"=={version}")
        if each.operator in {"==", "~="}:
            parts.append(f"{each.operator}{_of_length(each, version)}")
        elif each.operator in {"<", "<="}:
            parts.append(str(each) if each.contains(version, prereleases=True) else _upper(each, version))
        elif each.operator == "!=":
            parts.append(str(each))
    parts = [part for part in parts if part != f">={version}" or f"~={version}" not in parts]
    return written(stated, ",".join(parts))


def respelled(written: str, requirement: str) -> str | None:
    """What is written, with the bounds of another requirement and nothing else changed; None for an unknown form."""
    if len(written) > _LONGEST:
        return None
    old, new = _FORM.fullmatch(written), _FORM.fullmatch(requirement)
    if not (old and new and new[3]):
        return None
    bounds = new[3]
    if old[3]:
        bounds = re.sub(",", ", ", bounds) if re.search(r",\s", old[3]) else bounds
        bounds = re.sub(r"([<>=!~]+)", r"\1 ", bounds) if re.search(r"[<>=!~]\s", old[3]) else bounds
    return old[1] + (old[2] + bounds if old[3] else bounds + old[2]) + old[4]


def _lower(specifier: Specifier) -> str:
    if specifier.operator not in _UPPER:
        return str(specifier)
    if specifier.operator in {"<", "<="}:
        return ""
    return f">={specifier.version.removesuffix('.*')}"


def _upper(specifier: Specifier, version: Version) -> str:
    """The next bound of as many parts as there are now, less the noughts at its end."""
    release = list(Version(specifier.version).release)
    while len(release) > 1 and release[-1] == 0:
        release.pop()
    return f"<{_next(version, len(release))}"


def _of_length(specifier: Specifier, version: Version) -> str:
    """A version cut to the length of that of a specifier: `1.2.*` to `2.0.*`, `1.4.2` to `2.0.1`."""
    length = len(specifier.version.removesuffix(".*").split("."))
    release = (*version.release, *(0 for _ in range(length)))[:length]
    return ".".join(map(str, release)) + (".*" if specifier.version.endswith(".*") else "")


def _next(version: Version, parts: int) -> str:
    """The first release that differs in part number `parts`: 2.31.4 is followed by 2.32 (2) and by 3 (1)."""
    release = [*version.release, 0, 0][:parts]
    release[-1] += 1
    epoch = f"{version.epoch}!" if version.epoch else ""
    return epoch + ".".join(map(str, release))


def written(stated: Requirement, specifier: str) -> str:
    """A requirement with these bounds in the place of its own."""
    extras = f"[{','.join(sorted(stated.extras))}]" if stated.extras else ""
    marker = f" ; {stated.marker}" if stated.marker else ""
    return f"{stated.name}{extras}{specifier}{marker}"
