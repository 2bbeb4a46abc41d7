"""Refuse distributions in dist/ that hold anything but what git tracks and the builder's own records."""

import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterable

from changelog import HOUSE, version

_RECORDS = ("METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE")
_OURS = (".py", ".schema.json", "/py.typed")
"""How the name of what a user installs ends: modules, schemas, the mark of types."""


def tracked(*folders: str) -> set[str]:
    """The files that git tracks."""
    words = ["git", "ls-files", "-z", "--", *folders]
    done = subprocess.run(words, cwd=HOUSE, capture_output=True, text=True, check=True)
    return set(filter(None, done.stdout.split("\0")))


def differences(name: str, holds: Iterable[str], wanted: set[str]) -> list[str]:
    """A line for each file that is there and should not be, or the other way round."""
    found = list(holds)
    wrong = [f"{name} holds {each}, which does not belong there" for each in sorted(set(found) - wanted)]
    twice = [f"{name} holds {each} twice" for each in sorted({each for each in found if found.count(each) > 1})]
    return [*wrong, *twice, *(f"{name} lacks {each}" for each in sorted(wanted - set(found)))]


def of_wheel(name: str) -> list[str]:
    """What is wrong with the wheel: it holds our modules, their schemas, and its own records."""
    package = tracked("pysentry_hook")
    strange = [f"{name} holds {each}, which no program needs" for each in sorted(package) if not each.endswith(_OURS)]
    records = {f"pysentry_hook-{version()}.dist-info/{record}" for record in _RECORDS}
    with zipfile.ZipFile(HOUSE / "dist" / name) as wheel:
        return strange + differences(name, wheel.namelist(), package | records)


def of_sdist(name: str) -> list[str]:
    """What is wrong with the sdist: it is the commit, from which the tests can be run, and its own record."""
    root = f"pysentry_hook-{version()}/"
    with tarfile.open(HOUSE / "dist" / name) as sdist:
        members = sdist.getmembers()
    links = [f"{name} holds {member.name}, which is no file" for member in members if not member.isfile()]
    return links + differences(
        name, [member.name for member in members], {root + each for each in tracked()} | {root + "PKG-INFO"}
    )


def main() -> None:
    """Say what is wrong, a line each, and end with 1; else say what there is."""
    wheel, sdist = f"pysentry_hook-{version()}-py3-none-any.whl", f"pysentry_hook-{version()}.tar.gz"
    there = [file.name for file in (HOUSE / "dist").iterdir()]
    wrong = differences("dist", there, {wheel, sdist})
    if not wrong:
        wrong = of_wheel(wheel) + of_sdist(sdist)
    if wrong:
        raise SystemExit("\n".join(wrong))
    sys.stdout.write(f"{wheel} and {sdist} hold what they should\n")


if __name__ == "__main__":
    main()
