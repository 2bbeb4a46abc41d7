"""What the hook prints: a page that blocks, three lines that pass, and commands that run where they are printed."""

import os
import re
import shlex
import stat
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.builders import a_record, a_uv_lock
from tests.conftest import Run
from tests.e2e.hook.conftest import RECORDS, services
from tests.e2e.hook.hooking import HOUSE
from tests.resolvers.index import Release, serve
from tests.upstream import Upstream

PAGE, PASSING = 24, 3
HIGH = [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"}]
CRITICAL = [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}]
IDENTITY = {f"GIT_{who}_{what}": "t@example.invalid" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


class Desk:
    """A repository in which the hook is called as a tool calls it, and the shell of its developer."""

    def __init__(self, run: Run, folder: Path, upstream: Upstream) -> None:
        """The folder `bin` beside the repository is what the developer has on PATH."""
        self._run = run
        self.folder = folder / "project"
        self.bin = folder / "bin"
        for each in (self.folder, self.bin):
            each.mkdir()
        git = Path(subprocess.run(["git", "--exec-path"], check=True, capture_output=True, text=True).stdout.strip())
        self.environment = {
            **services(upstream, folder / "cache"),
            **IDENTITY,
            "HOME": os.environ["HOME"],
            "PATH": f"{self.bin}{os.pathsep}{git}{os.pathsep}{os.defpath}",
        }
        self.shell("git init -q -b main && git commit -q --allow-empty -m begin")

    def shell(self, line: str, *, code: int = 0, folder: str = "", **more: str) -> str:
        """Run a line as a shell does, and give what it printed."""
        done = subprocess.run(
            ["sh", "-c", line],
            cwd=self.folder / folder,
            env=self.environment | more,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    def stage(self, path: str, text: str) -> None:
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_text(text, encoding="utf-8")
        self.shell(f"git add -- {shlex.quote(path)}")

    def hook(self, *words: str, code: int, **more: str) -> list[str]:
        """The lines of the hook, called for all staged files."""
        files = self.shell("git diff --cached --name-only -z").split("\0")[:-1]
        done = self._run("hook", *words, *files, cwd=self.folder, env=self.environment | more)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout.splitlines()

    def program(self, name: str, words: str = "") -> None:
        """Put this program on PATH under a name."""
        script = self.bin / name
        script.write_text(f'#!/bin/sh\n{words}exec {shlex.quote(sys.executable)} -m pysentry_hook "$@"\n')
        script.chmod(script.stat().st_mode | stat.S_IXUSR)


@pytest.fixture
def desk(run: Run, tmp_path: Path, upstream: Upstream) -> Desk:
    return Desk(run, tmp_path, upstream)


def command(lines: list[str], title: str) -> str:
    """What stands behind a title."""
    (line,) = [line for line in lines if line.startswith(title)]
    return line.removeprefix(title).strip()


def many(number: int, package: str = "package-{}") -> list[dict[str, Any]]:
    """So many records, the last of which is the worst."""
    return [
        a_record(
            f"PYSEC-2099-{1000 + each}",
            package.format(each),
            fixed="2.0",
            aliases=[f"CVE-2099-{1000 + each}"],
            severity=CRITICAL if each == number - 1 else HIGH,
        )
        for each in range(number)
    ]


@pytest.mark.parametrize("on_path", ["pysentry-hook", None])
@pytest.mark.parametrize("number", [1, 5, 60])
def test_a_blocked_commit_fits_a_page(desk: Desk, upstream: Upstream, number: int, on_path: str | None) -> None:
    if on_path:
        desk.program(on_path)
    upstream.records[:] = many(number)
    desk.stage("uv.lock", a_uv_lock(*((f"package-{each}", "1.0") for each in range(number))))
    lines = desk.hook(code=1)
    assert len(lines) <= PAGE
    packages = f"{number} packages" if number > 1 else "package-0 1.0"
    assert lines[0].startswith(f"pysentry-hook: blocked. This commit brings in {packages} with {number} known vulnerab")
    told = "\n".join(lines)
    assert f"CRITICAL  CVE-2099-{999 + number}" in told
    left = re.search(r"and (\d+) more packages? with (\d+) findings?", told)
    shown = len(re.findall(r"(?:HIGH|CRITICAL)  CVE-", told))
    assert shown + (int(left[2]) if left else 0) == number
    assert {"Rule", "Accept"} <= {line.partition(":")[0] for line in lines}


def test_60_findings_of_one_package_fit_a_page(desk: Desk, upstream: Upstream) -> None:
    upstream.records[:] = many(60, "requests")
    desk.stage("uv.lock", a_uv_lock(("requests", "1.0")))
    lines = desk.hook(code=1)
    assert len(lines) <= PAGE
    (left,) = [int(line.split()[1]) for line in lines if re.fullmatch(r"  and \d+ more", line)]
    assert len([line for line in lines if re.match(r"  (?:HIGH|CRITICAL)  CVE-", line)]) + left == 60
    assert lines[2].startswith("  CRITICAL  CVE-2099-1059")


@pytest.mark.parametrize("number", [1, 5, 60])
def test_a_commit_that_passes_is_told_in_three_lines(desk: Desk, upstream: Upstream, number: int) -> None:
    upstream.records[:] = many(number)
    last = datetime.now(UTC).date() + timedelta(days=5)
    desk.stage("uv.lock", a_uv_lock(*((f"package-{each}", "1.0") for each in range(number))))
    desk.stage("web/pyproject.toml", '[project]\nname = "web"\nversion = "1"\ndependencies = ["flask", "idna==3.4"]\n')
    desk.stage("requirements.txt", "six==1.0\n")
    desk.stage(
        ".pysentry-hook.toml",
        '[defaults]\nfail_on = "never"\n'
        f'[[suppressions]]\nid = "CVE-2099-1000"\nreason = "the path is closed"\nexpires = {last}\n',
    )
    lines = desk.hook(code=0)
    assert len(lines) == PASSING
    told = "\n".join(lines)
    for part in ("nothing that blocks", "not checked: flask", f"ends on {last}", "requirements.txt was not read"):
        assert part in told


PLACES: Mapping[str, tuple[str, str]] = {
    "at the root": ("", ""),
    "of a project in a folder": ("api/", ""),
    "in that folder": ("api/", "api/"),
    "in a folder beside it": ("", "docs/"),
    "in a folder with a space": ("the api/", "the api/"),
}


@pytest.mark.parametrize("place", PLACES)
def test_the_fix_runs_where_it_is_printed(desk: Desk, tmp_path: Path, place: str) -> None:
    project, folder = PLACES[place]
    manifest = '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["{}"]\n'
    uv = Path(sys.executable).parent / "uv"
    (desk.bin / "uv").symlink_to(uv)
    (desk.folder / "docs").mkdir()
    with serve([Release("requests", "2.30.0"), Release("requests", "2.31.0")]) as index:
        desk.environment |= {
            "UV_DEFAULT_INDEX": index.url,
            "UV_CACHE_DIR": str(tmp_path / "uv"),
            "PYSENTRY_HOOK_SOURCES_MIRRORS": index.url,
        }
        desk.stage(f"{project}pyproject.toml", manifest.format("requests==2.30.0"))
        lock = shlex.join(["uv", "lock", "-q", "--directory", f"./{project}"])
        desk.shell(lock)
        desk.stage(f"{project}pyproject.toml", manifest.format("requests"))
        desk.shell(f"{lock} && git add -A")
        lines = desk.hook(code=1, GIT_PREFIX=folder)
        desk.shell(command(lines, "Fix (not tried):"), folder=folder)
        assert "no known vulnerabilities" in desk.hook(code=0, GIT_PREFIX=folder)[0]


@pytest.mark.parametrize(
    ("place", "name"), [*((place, "pysentry-hook") for place in PLACES), ("in that folder", "uvx")]
)
def test_what_accepts_and_explains_a_finding_runs_where_it_is_printed(desk: Desk, place: str, name: str) -> None:
    project, folder = PLACES[place]
    desk.program(name, '[ "$1" = pysentry-hook ] || exit 9; shift\n' if name == "uvx" else "")
    (desk.folder / "docs").mkdir()
    desk.stage(f"{project}uv.lock", a_uv_lock(("requests", "2.30.0")))
    lines = desk.hook(code=1, GIT_PREFIX=folder)
    why = desk.shell(command(lines, "Why:"), folder=folder)
    assert 'fail_on = "high", built-in gate commit' in " ".join(why.split())
    assert "introduced" in why
    desk.shell(command(lines, "Accept:").replace("…", "the path is closed"), folder=folder)
    assert "nothing that blocks" in desk.hook(code=0, GIT_PREFIX=folder)[0]


@pytest.mark.parametrize(("place", "manifest"), [*((place, True) for place in PLACES), ("in that folder", False)])
def test_where_no_program_can_be_run_lines_to_paste_accept_a_finding(desk: Desk, place: str, manifest: bool) -> None:
    project, folder = PLACES[place]
    (desk.folder / "docs").mkdir()
    if manifest:
        desk.stage(f"{project}pyproject.toml", '[project]\nname = "shop"\nversion = "1"\n')
    desk.stage(f"{project}uv.lock", a_uv_lock(("requests", "2.30.0")))
    lines = desk.hook(code=1, GIT_PREFIX=folder)
    start = next(number for number, line in enumerate(lines) if line.startswith("Accept:"))
    file = re.fullmatch(r"put these lines into (.+), with a reason, then (git add .+)", command(lines, "Accept:"))
    assert file
    pasted = "\n".join(lines[start + 1 : start + 6]).replace("…", "the path is closed")
    with (desk.folder / folder / file[1]).open("a", encoding="utf-8") as target:
        target.write(f"\n{pasted}\n")
    desk.shell(file[2], folder=folder)
    assert "nothing that blocks" in desk.hook(code=0, GIT_PREFIX=folder)[0]
    assert not [line for line in lines if line.startswith("Why:")]


def test_a_finding_of_a_push_is_accepted_for_the_whole_repository(desk: Desk) -> None:
    desk.program("pysentry-hook")
    desk.stage("api/uv.lock", a_uv_lock(("requests", "2.30.0")))
    lines = desk.hook("--push", code=1, GIT_PREFIX="api/")
    assert 'fail_on = "medium"' in desk.shell(command(lines, "Why:"), folder="api")
    desk.shell(command(lines, "Accept:").replace("…", "the path is closed"), folder="api")
    assert "nothing that blocks" in desk.hook("--push", code=0)[0]


def test_the_readme_shows_what_a_blocked_commit_prints(desk: Desk) -> None:
    desk.program("uvx")
    readme = (HOUSE / "README.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```console\n(pysentry-hook: blocked.*?\n)```", readme, re.DOTALL)
    desk.stage("pyproject.toml", '[project]\nname = "shop"\n\n\n\n\n\ndependencies = [\n    "requests",\n]\n')
    desk.stage("uv.lock", a_uv_lock(("idna", "3.4"), ("requests", "2.30.0")))
    day = re.compile(r"\d{4}-\d\d-\d\d")
    assert day.sub("DAY", "\n".join(desk.hook(code=1)) + "\n") == day.sub("DAY", shown)


def test_a_reason_must_be_given(desk: Desk) -> None:
    desk.program("pysentry-hook")
    desk.stage("uv.lock", a_uv_lock(("requests", "2.30.0")))
    lines = desk.hook(code=1)
    desk.shell(command(lines, "Accept:"), code=2)
    desk.hook(code=1)


def test_the_program_of_the_hook_itself_is_not_offered(desk: Desk) -> None:
    desk.stage("uv.lock", a_uv_lock(("requests", "2.30.0")))
    inside = f"{Path(sys.prefix) / 'bin'}{os.pathsep}{desk.environment['PATH']}"
    assert "with these lines" not in "\n".join(desk.hook(code=1, PATH=inside))
    assert [line for line in desk.hook(code=1, PATH=inside) if line.startswith("[[suppressions]]")]


def test_several_packages_of_a_lock_are_upgraded_by_one_command(desk: Desk, upstream: Upstream) -> None:
    upstream.records[:] = [*RECORDS, *many(2)]
    pins = [("requests", "2.30.0"), ("package-0", "1.0"), ("package-1", "1.0")]
    desk.stage("uv.lock", a_uv_lock(*pins))
    assert command(desk.hook(code=1), "Fix (not tried):") == (
        "uv lock --upgrade-package package-1 --upgrade-package package-0 --upgrade-package requests && git add uv.lock"
    )
    desk.shell("git rm -qf uv.lock")
    desk.stage("requirements.txt", "requests==2.30.0\npackage-0==1.0\n")
    fixes = [line for line in desk.hook(code=1) if line.startswith("Fix (not tried):")]
    assert fixes == [
        "Fix (not tried):  write package-0==2.0 in requirements.txt:2",
        "Fix (not tried):  write requests==2.31.0 in requirements.txt:1",
    ]
