"""Each message under Troubleshooting is one that is really said, and the README says what to do about it."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.builders import a_folder_of_records, a_record, a_uv_lock
from tests.conftest import Run
from tests.doors import Door
from tests.e2e.repository import git
from tests.readme import page
from tests.upstream import Upstream

pytestmark = pytest.mark.unmeasured  # other tests measure what these run

_ROW = re.compile(r"^\| `(.+?)` \| (.+) \|$", re.MULTILINE)
_SECTION = page.TEXT.partition("## Troubleshooting\n")[2].partition("\n## ")[0]
TOLD = dict(_ROW.findall(_SECTION))
DEAD = ("--sources", "osv", "--service-url", "osv=http://127.0.0.1:9")


class Trouble(NamedTuple):
    """A folder with a lock in which something goes wrong."""

    run: Run
    folder: Path

    def says(self, *words: str, **environment: str) -> str:
        done = self.run(*words, cwd=self.folder, env=environment)
        return f"{done.stdout}{done.stderr}"

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")


@pytest.fixture
def trouble(run: Run, tmp_path: Path) -> Trouble:
    folder = tmp_path / "shop"
    folder.mkdir()
    a_folder_of_records(tmp_path / "records", a_record(fixed="2.31.0"))
    found = Trouble(run, folder)
    found.write("uv.lock", a_uv_lock(("requests", "2.30.0")))
    return found


def _nothing(trouble: Trouble) -> str:
    (trouble.folder / "uv.lock").unlink()
    return trouble.says()


def _cut(trouble: Trouble) -> str:
    lock = (trouble.folder / "uv.lock").read_text(encoding="utf-8")
    trouble.write("uv.lock", lock[: lock.index('"', lock.index("source"))])
    return trouble.says()


def _unmerged(trouble: Trouble) -> str:
    lock = (trouble.folder / "uv.lock").read_text(encoding="utf-8")
    trouble.write("uv.lock", lock.replace("[[package]]", "<<<<<<< HEAD\n[[package]]"))
    return trouble.says()


def _newer(trouble: Trouble) -> str:
    trouble.write("uv.lock", "version = 9\n")
    return trouble.says()


def _loose(trouble: Trouble) -> str:
    _nothing(trouble)
    trouble.write("requirements.txt", "flask>=2\n")
    return trouble.says("--no-resolver", "--advisory-db", "../records")


def _no_resolver(trouble: Trouble) -> str:
    """Neither beside the program nor on PATH."""
    _nothing(trouble)
    trouble.write("requirements.txt", "flask>=2\n")
    (trouble.folder.parent / "sitecustomize.py").write_text(
        "import sysconfig, sys\nsysconfig.get_path = lambda *_: '/none'\nsys.executable = '/none/x'\n", encoding="utf-8"
    )
    modules = os.pathsep.join(filter(None, (str(trouble.folder.parent), os.environ.get("PYTHONPATH"))))
    return trouble.says("--offline", PYTHONPATH=modules, PATH="/none")


def _distrusted(trouble: Trouble) -> str:
    """A service whose certificate nobody here knows."""
    with Upstream([]) as upstream, Door(upstream, "tls") as door:
        return trouble.says("--sources", "osv", "--service-url", f"osv={door.url}")


def _private(trouble: Trouble) -> str:
    lock = a_uv_lock(("requests", "2.30.0")).replace("https://pypi.org/simple", "https://pkgs.acme.example/simple")
    trouble.write("uv.lock", lock)
    return trouble.says(*DEAD)


def _unknown_commit(trouble: Trouble) -> str:
    git(trouble.folder, "init", "-q")
    return trouble.says("--against", "nowhere", "--advisory-db", "../records")


def _configured(text: str) -> Callable[[Trouble], str]:
    def says(trouble: Trouble) -> str:
        trouble.write(".pysentry-hook.toml", text)
        return trouble.says("--advisory-db", "../records")

    return says


def _suppressed(reason: str, expires: str) -> Callable[[Trouble], str]:
    return _configured(f'[[suppressions]]\nid = "CVE-2099-1"\nreason = "{reason}"\nexpires = {expires}\n')


REPRODUCED: dict[str, Callable[[Trouble], str]] = {
    "nothing to read here": _nothing,
    "is not valid TOML": _cut,
    "holds a merge": _unmerged,
    "lock version 9": _newer,
    "not pinned": _loose,
    "no dependency resolver found": _no_resolver,
    "Incomplete": lambda trouble: trouble.says(*DEAD),
    "the connection failed": lambda trouble: trouble.says(*DEAD),
    "TLS failed": _distrusted,
    "not asked": lambda trouble: trouble.says("--offline"),
    "is not a known mirror": _private,
    "git knows no commit": _unknown_commit,
    "there is no baseline": lambda trouble: trouble.says("--only-introduced", "--advisory-db", "../records"),
    "gates.release.fail_onn": _configured('[gates.release]\nfail_onn = "low"\n'),
    "is no reason": _suppressed("TBD", "2099-01-01"),
    "is more than a year ahead": _suppressed("we never call it", "2099-01-01"),
    "is no option here": lambda trouble: trouble.says("--compact"),
}


@pytest.mark.parametrize("message", TOLD)
def test_a_message_of_the_page_is_really_said(message: str, trouble: Trouble) -> None:
    (reproduce,) = (make for beginning, make in REPRODUCED.items() if message.startswith(beginning))
    said = reproduce(trouble)
    pattern = ".*?".join(re.escape(part) for part in message.split("…"))
    assert re.search(pattern, said, re.DOTALL), said


def test_every_message_is_on_the_page() -> None:
    assert len(TOLD) == len(REPRODUCED)
    assert all(any(message.startswith(beginning) for message in TOLD) for beginning in REPRODUCED)
