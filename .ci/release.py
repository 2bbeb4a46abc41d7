"""Make the commit and the tag of a release from a clean main, and say what to push. Nothing leaves this machine."""

import re
import subprocess
import sys
from datetime import UTC, datetime

from changelog import CHANGELOG, HOUSE, MODULE, UNRELEASED, parts, version
from packaging.version import Version

_NAMED = r"((?:\b(?:rev|ref): |pysentry-hook/pysentry-hook@)v){}(?![\w.-])"
"""Where the text names our release: for a hook, for a checkout, for the Action."""


def git(*words: str) -> str:
    """What git says; SystemExit with what it says where it fails."""
    done = subprocess.run(["git", *words], cwd=HOUSE, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"git {words[0]} failed: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout.strip()


def refused(new: str) -> str | None:
    """Why there can be no such release now, and what to do next, in one line."""
    if not re.fullmatch(r"(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}", new):
        return f"{new} is no version of three numbers: bash .ci/release 1.2.3"
    if (branch := git("branch", "--show-current")) != "main":
        return f"This is {branch or 'no branch'}; releases are made from main: git switch main"
    if changed := git("status", "--porcelain").splitlines():
        return f"The tree is not clean ({len(changed)} paths, first {changed[0].split()[-1]}): commit or remove them."
    last = max((Version(name) for name in (*tagged(), *parts()) if name != UNRELEASED), default=None)
    if last and Version(new) <= last:
        return f"{new} is not above {last}, the last release: name a later version."
    if not parts().get(UNRELEASED, ("", ""))[1]:
        return f"CHANGELOG.md says nothing below '## {UNRELEASED}': write there what this release brings."
    return None


def tagged() -> list[str]:
    """The versions that have a tag."""
    found = (re.fullmatch(r"v(\d+\.\d+\.\d+)", tag) for tag in git("tag", "--list", "v*").splitlines())
    return [match[1] for match in found if match]


def rewrite(old: str, new: str, day: str) -> None:
    """Set the version in the program, give the changelog's newest part its name and day, and name it in the texts."""
    text = MODULE.read_text(encoding="utf-8")
    MODULE.write_text(text.replace(f'__version__ = "{old}"', f'__version__ = "{new}"'), encoding="utf-8")
    text, heading = CHANGELOG.read_text(encoding="utf-8"), f"## {UNRELEASED}\n"
    CHANGELOG.write_text(text.replace(heading, f"{heading}\n## {new} - {day}\n", 1), encoding="utf-8")
    for name in git("ls-files", "README.md", "examples").splitlines():
        file = HOUSE / name
        text = file.read_text(encoding="utf-8")
        told = re.sub(_NAMED.format(re.escape(old)), rf"\g<1>{new}", text)
        if told != text:
            file.write_text(told, encoding="utf-8")


def main(new: str) -> None:
    """Check, change, commit and tag; where one of them fails, everything is as it was."""
    if why := refused(new):
        raise SystemExit(why)
    if subprocess.run(["bash", ".ci/check"], cwd=HOUSE, check=False).returncode:
        raise SystemExit("The checks failed: mend that, commit it, and begin again.")
    before = git("rev-parse", "HEAD")
    try:
        rewrite(version(), new, datetime.now(UTC).date().isoformat())
        git("commit", "-q", "-a", "-m", f"Release {new}")
        git("tag", "-a", f"v{new}", "-m", f"pysentry-hook {new}")
    except BaseException:
        git("reset", "-q", "--hard", before)
        raise
    sys.stdout.write(
        f"v{new} is made. Look at it with git show, and publish it:\n  git push --atomic origin main v{new}\n"
    )


if __name__ == "__main__":
    if len(sys.argv) != 2:  # noqa: PLR2004 (the program and its one argument)
        raise SystemExit("Name the version: bash .ci/release 1.2.3")
    main(sys.argv[1])
