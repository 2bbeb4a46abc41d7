"""What `--help` tells: a screen of each command, with an example that works, and all of its options on demand."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from pysentry_hook import __version__
from pysentry_hook.commands.helping import ALL
from tests.builders import a_record, a_uv_lock
from tests.conftest import Run, scrubbed
from tests.e2e.commands import EVERY, Words, option_names, parsed
from tests.e2e.repository import git
from tests.upstream import Upstream

pytestmark = pytest.mark.unmeasured  # other tests measure what these run

_SCREEN = {"COLUMNS": "80", "LINES": "24"}
_ELSEWHERE = {("plan",): "needs an index", ("action",): "needs what GitHub gives"}
"""Whose example is not run here, but parsed."""


def _told(run: Run, words: Words, option: str = "--help") -> str:
    done = run(*words, option, env=_SCREEN)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def _titles(told: str) -> dict[str, str]:
    """What stands below each title."""
    found = re.findall(r"^(\w[\w ]*):\n((?:  .*\n)+)", told, re.MULTILINE)
    assert len({title for title, _ in found}) == len(found)
    return dict(found)


def _example(told: str) -> str:
    (found,) = re.findall(r"^Example: (.*)\Z", told, re.MULTILINE | re.DOTALL)
    return str(found)


def _titles_above(told: str, name: str) -> list[str]:
    """The titles below which an option has its line."""
    line = re.compile(rf"^  (?:\S+, |\S.* / )?{re.escape(name)}(?![\w-])", re.MULTILINE)
    return [title for title, lines in _titles(told).items() if line.search(lines)]


@pytest.mark.parametrize("words", EVERY)
def test_help_of_each_command_fits_a_screen_with_an_example_and_every_option_below_a_title(
    words: Words, run: Run
) -> None:
    command = EVERY[words]
    has_all = ALL in option_names(command)
    short = _told(run, words)
    whole = _told(run, words, ALL) if has_all else short

    lines = short.splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80
    assert (f"\nAll options: {' '.join(('pysentry-hook', *words))} {ALL}\n" in short) is has_all

    written = shlex.split(_example(short).replace("\\\n", "").partition(" > ")[0])
    assert written[0] == "pysentry-hook"
    assert parsed(written[1:])[: len(words)] == words

    assert not [parameter.name for parameter in command.params if not (parameter.hidden or parameter.help)]
    for name in (*option_names(command), "--help"):
        titles = _titles_above(whole, name)
        assert len(titles) == 1, name
        assert _titles_above(short, name) in ([], titles), name
    shown = [title for title in _titles(short) if title != "Commands"]
    assert shown == [title for title in _titles(whole) if title in shown]


@pytest.mark.parametrize("words", [words for words, command in EVERY.items() if ALL in option_names(command)])
def test_the_short_help_tells_what_people_use_every_day(words: Words, run: Run) -> None:
    told = _titles(_told(run, words))
    assert "--fail-on LEVEL" in told["Gate"]
    assert "--advisory-db PATH|URL" in told["Scan"]
    assert "--resolution-cache-ttl" not in "".join(told.values())


@pytest.mark.parametrize("group", ["db", "config", "suppressions"])
def test_help_of_a_group_tells_the_whole_sentence_of_each_command(group: str, run: Run) -> None:
    told = _titles(_told(run, (group,)))["Commands"]
    assert "..." not in told
    below = [words[1] for words in EVERY if words[:1] == (group,) and len(words) > 1]
    assert re.findall(r"^  (\w+)", told, re.MULTILINE) == below


def test_the_version_is_told_wherever_its_option_stands(run: Run) -> None:
    told = run("--version").stdout
    assert told == f"pysentry-hook {__version__}\n"
    assert run("--offline", "--version").stdout == told


@pytest.mark.parametrize("words", [*EVERY, ("supressions",)])
def test_the_short_option_asks_for_help_too(words: Words, run: Run) -> None:
    if words in EVERY:
        assert _told(run, words, "-h") == _told(run, words)
    else:
        assert run(*words, "-h").stdout == _told(run, ())


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (("supressions", "list"), "suppressions"),
        (("supressions", "list", "--expiring", "30d"), "suppressions"),
        (("explian", "CVE-2099-1"), "explain"),
        (("Plan",), "plan"),
        (("config", "shwo"), "show"),
        (("docs/plann",), None),
        (("nowhere",), None),
        ((".", "plann"), None),
    ],
)
def test_a_misspelt_command_is_answered_with_the_nearest(words: Words, meant: str | None, run: Run) -> None:
    done = run(*words)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.partition("id you mean ")[2].partition("?")[0].strip("'") == (meant or "")


def test_a_path_that_is_there_is_no_misspelt_command(run: Run, tmp_path: Path) -> None:
    (tmp_path / "plann").mkdir()
    assert "did you mean" not in run("plann").stderr


def test_hidden_options_are_not_told(run: Run) -> None:
    told = _told(run, ("hook",), ALL)
    assert "--push" in told
    assert "--changed-file" not in told


def test_help_names_every_command_that_people_call(run: Run) -> None:
    told = " ".join(_told(run, ()).split())
    internal = {"scan", "hook", "action"}
    names = [words[0] for words in EVERY if len(words) == 1 and words[0] not in internal]
    assert f"Commands, each with --help: {', '.join(names)} Example:" in told


@pytest.mark.unmeasured
def test_the_examples_work_as_they_are_written(tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    shop.mkdir()
    git(shop, "init", "-q", "-b", "main")
    (shop / "pyproject.toml").write_text('[project]\nname = "shop"\nversion = "1"\n', encoding="utf-8")
    (shop / "uv.lock").write_text(a_uv_lock(("diskcache", "5.6.3")), encoding="utf-8")
    git(shop, "add", "-A")
    record = a_record("PYSEC-2099-1", "diskcache", fixed=None, aliases=["CVE-2025-69872"])
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    with Upstream([record]) as upstream:
        urls = {name: upstream.url_of(name) for name in ("osv", "pypa", "pypi")}
        urls["osv_export"] = f"{urls['osv']}/export"
        environment = scrubbed(tmp_path / "cache") | {"PATH": path}
        environment |= {f"PYSENTRY_HOOK_SOURCES_{name.upper()}_URL": url for name, url in urls.items()}
        for words in EVERY:
            if words in _ELSEWHERE:
                continue
            example = _example(f"{EVERY[words].epilog}\n")
            done = subprocess.run(
                ["bash", "-c", example], cwd=shop, env=environment, capture_output=True, text=True, check=False
            )
            assert done.returncode == (1 if words in {(), ("scan",), ("gate",)} else 0), (example, done.stderr)
