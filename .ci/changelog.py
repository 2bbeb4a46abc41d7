"""Tell what a release brings, and refuse a tag that does not say what the program and CHANGELOG.md say.

python .ci/changelog.py v0.2.0    prints that release's part of the changelog
python .ci/changelog.py           prints the part of what is not released yet, for a dry run
"""

import re
import sys
from pathlib import Path

HOUSE = Path(__file__).parents[1]
CHANGELOG = HOUSE / "CHANGELOG.md"
MODULE = HOUSE / "pysentry_hook" / "__init__.py"
UNRELEASED = "Unreleased"
_VERSION = re.compile(r'^__version__ = "([^"]+)"$', re.MULTILINE)
_HEADING = re.compile(r"^## (\S+)(?: - (\d{4}-\d\d-\d\d))?\n", re.MULTILINE)


def version() -> str:
    """The version that the program tells."""
    (found,) = _VERSION.findall(MODULE.read_text(encoding="utf-8"))
    return str(found)


def parts() -> dict[str, tuple[str, str]]:
    """The day and the text of each release, the newest first; what is not released has no day."""
    _, *pieces = _HEADING.split(CHANGELOG.read_text(encoding="utf-8"))
    return {pieces[n]: (pieces[n + 1] or "", pieces[n + 2].strip()) for n in range(0, len(pieces), 3)}


def notes(tag: str) -> str:
    """What the release of this tag brings; SystemExit with one line where tag, program and changelog disagree."""
    found, here = parts(), version()
    if tag != f"v{here}":
        raise SystemExit(f"The tag is {tag}, but the program says {here}: delete the tag, and use .ci/release.")
    released = [name for name in found if name != UNRELEASED]
    if released[:1] != [here]:
        newest = released[0] if released else "nothing"
        raise SystemExit(f"The tag is {tag}, but the newest release in CHANGELOG.md is {newest}: use .ci/release.")
    day, text = found[here]
    if not (day and text):
        raise SystemExit(f"CHANGELOG.md has no {'text' if day else 'day'} for {here}: use .ci/release.")
    return text


if __name__ == "__main__":
    text = notes(sys.argv[1]) if sys.argv[1:] else parts().get(UNRELEASED, ("", ""))[1]
    sys.stdout.write(f"{text}\n")
