"""Advisories and locks of the size and shape of real ones; the same seed makes the same bytes."""

import hashlib
import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

SIZES = {25: 15, 150: 60, 1_000: 300, 5_000: 620}
"""The numbers of packages, and how many of them have advisories at all."""
RECORDS = 7_080
"""As many records as the PyPA database held in July 2026."""
_PER_PACKAGE = 4.6
_SYLLABLES = ("ar", "bel", "co", "den", "el", "fi", "gor", "hu", "in", "jo", "ka", "lum", "mer", "no", "or", "pi", "ra")
_WORDS = ("a", "request", "parser", "header", "may", "cause", "of", "the", "service", "reads", "file", "remote", "user")
_WHEELS = (
    "py3-none-any", "cp311-cp311-win_amd64", "cp311-cp311-macosx_11_0_arm64",
    *(f"cp3{minor}-cp3{minor}-manylinux_2_17_{machine}" for minor in range(9, 14) for machine in ("x86_64", "aarch64")),
)  # fmt: skip

Pin = tuple[str, str]


class Project(NamedTuple):
    """A package: its name and its versions, oldest first."""

    name: str
    versions: Sequence[str]


def projects(number: int, chance: random.Random) -> list[Project]:
    """Packages with distinct names."""
    found: dict[str, Project] = {}
    while len(found) < number:
        name = "-".join(
            "".join(chance.choices(_SYLLABLES, k=chance.randint(2, 3))) for _ in range(chance.randint(1, 2))
        )
        found.setdefault(name, Project(name, _versions(chance)))
    return list(found.values())


def of_records(number: int) -> list[Project]:
    """The packages that so many records are about."""
    return projects(number * 10 // 46 + 1, random.Random(number))


def _versions(chance: random.Random) -> list[str]:
    major, minor, patch = chance.randint(0, 3), 0, 0
    found = []
    for _ in range(min(400, int(chance.paretovariate(0.9) * 12))):
        found.append(f"{major}.{minor}.{patch}")
        step = chance.random()
        if step < 0.7:
            patch += 1
        elif step < 0.97:
            minor, patch = minor + 1, 0
        else:
            major, minor, patch = major + 1, 0, 0
    return found


def records(number: int, about: Sequence[Project], chance: random.Random) -> list[dict[str, Any]]:
    """Records of the PyPA database: of a package often several, and of a record often several intervals."""
    found: list[dict[str, Any]] = []
    while len(found) < number:
        for project in about:
            for _ in range(max(1, int(chance.expovariate(1 / _PER_PACKAGE)))):
                found.append(_record(len(found), project, chance))
    return found[:number]


def _record(number: int, project: Project, chance: random.Random) -> dict[str, Any]:
    last = len(project.versions)
    bounds = sorted(chance.sample(range(last + 1), min(last + 1, 2 * chance.choices((1, 2, 3), (59, 27, 14))[0])))
    intervals = list(zip(bounds[::2], bounds[1::2], strict=False)) or [(0, last)]
    if chance.random() < 0.6:
        intervals[0] = (0, intervals[0][1])
    events: list[dict[str, str]] = []
    for start, end in intervals:
        events.append({"introduced": project.versions[start] if start else "0"})
        events += [{"fixed": project.versions[end]}] if end < last else []
    year, serial = 2014 + number % 13, 10_000 + number
    return {
        "id": f"PYSEC-{year}-{serial}",
        "modified": f"{year}-06-{1 + number % 28:02}T07:05:00.123456Z",
        "published": f"{year}-05-{1 + number % 28:02}T07:05:00Z",
        "aliases": [f"CVE-{year}-{serial}", f"GHSA-{serial:x}-{number:04x}-0000"[:19].ljust(19, "0")],
        "details": " ".join(chance.choices(_WORDS, k=chance.randint(40, 200))),
        "affected": [
            {
                "package": {"name": project.name, "ecosystem": "PyPI", "purl": f"pkg:pypi/{project.name}"},
                "ranges": [{"type": "ECOSYSTEM", "events": events}],
                "versions": [version for start, end in intervals for version in project.versions[start:end]],
            }
        ],
        "references": [
            {"type": kind, "url": f"https://a.example/{project.name}/{serial}/{kind}"}
            for kind in ("ADVISORY", "FIX", "WEB", "REPORT")
        ],
        "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"}],
    }


def pins(size: int, known: Sequence[Project], others: Sequence[Project], chance: random.Random) -> list[Pin]:
    """A version of each of so many packages: of every second that has advisories an older one."""
    chosen = [*known[: SIZES.get(size, size // 8)]]
    chosen += others[: size - len(chosen)]
    chance.shuffle(chosen)
    flawed = {project.name for project in known}

    def version(project: Project) -> str:
        old = project.name in flawed and chance.random() < 0.4
        return chance.choice(project.versions[-max(1, len(project.versions) // 3) :]) if old else project.versions[-1]

    return [(project.name, version(project)) for project in chosen]


def write(folder: Path, wanted: Sequence[Pin], index: str) -> None:
    """Write a uv.lock of these versions with its manifest, and the same as pinned requirements in `pins/`."""
    (folder / "pins").mkdir(parents=True, exist_ok=True)
    chance = random.Random(len(wanted))
    direct = [name for name, _ in wanted[: max(5, len(wanted) // 16)]]
    (folder / "uv.lock").write_text("".join(_lock(wanted, direct, index, chance)), encoding="utf-8")
    head = '[project]\nname = "shop"\nversion = "1.0"\nrequires-python = ">=3.11"\n'
    listed = "".join(f'    "{name}",\n' for name in sorted(direct))
    (folder / "pyproject.toml").write_text(f"{head}dependencies = [\n{listed}]\n", encoding="utf-8")
    lines = "".join(f"{name}=={version}\n" for name, version in sorted(wanted))
    (folder / "pins" / "requirements.txt").write_text(lines, encoding="utf-8")


def _lock(wanted: Sequence[Pin], direct: Sequence[str], index: str, chance: random.Random) -> Iterator[str]:
    needs: Mapping[str, set[str]] = {name: set() for name, _ in wanted}
    for place in range(len(direct), len(wanted)):
        needs[wanted[chance.randrange(max(0, place - 300), place)][0]].add(wanted[place][0])
        needs[wanted[chance.randrange(place)][0]].add(wanted[place][0])
    yield 'version = 1\nrevision = 3\nrequires-python = ">=3.11"\n'
    for name, version in sorted(wanted):
        yield f'\n[[package]]\nname = "{name}"\nversion = "{version}"\nsource = {{ registry = "{index}" }}\n'
        if needs[name]:
            yield "dependencies = [\n" + "".join(map(_need, sorted(needs[name]))) + "]\n"
        yield f"sdist = {_file(f'{name}-{version}.tar.gz')}\nwheels = [\n"
        some = _WHEELS[:1] if chance.random() < 0.75 else _WHEELS
        stem = f"{name.replace('-', '_')}-{version}"
        yield "".join(f"    {_file(f'{stem}-{wheel}.whl')},\n" for wheel in some) + "]\n"
    listed = "".join(map(_need, sorted(direct)))
    yield f'\n[[package]]\nname = "shop"\nversion = "1.0"\nsource = {{ virtual = "." }}\ndependencies = [\n{listed}]\n'


def _need(name: str) -> str:
    marker = ", marker = \"sys_platform == 'win32'\"" if len(name) % 9 == 0 else ""
    return f'    {{ name = "{name}"{marker} }},\n'


def _file(name: str) -> str:
    digest = hashlib.sha256(name.encode()).hexdigest()
    where = f"https://files.example/packages/{digest[:2]}/{digest[2:4]}/{digest[4:]}/{name}"
    told = f'hash = "sha256:{digest}", size = {int(digest[:6], 16)}, upload-time = "2026-01-01T00:00:00Z"'
    return f'{{ url = "{where}", {told} }}'
