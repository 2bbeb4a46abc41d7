"""A project whose lock the real uv made from an index of the tests, and the plan for it."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pysentry_hook.commands.plan import Planning
from pysentry_hook.commands.running import prepare, scanning
from pysentry_hook.config.flags import Flags
from pysentry_hook.plan.bench import Outcome
from pysentry_hook.proposal import Plan
from tests.builders import a_folder_of_records
from tests.resolvers.index import Index, Release, serve
from tests.upstream import Upstream

HEAD = '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.9"\n'
MANIFEST = HEAD + "dependencies = {}\n"


class Shop:
    """A project in an index of the tests."""

    def __init__(self, folder: Path, index: Index, database: Path, releases: list[Release]) -> None:
        self.folder = folder
        self.index = index
        self._database = database
        self._releases = releases
        self.outcome: Outcome | None = None
        """The state to which the last plan leads."""

    def write(self, name: str, text: str) -> None:
        """Write a file of the project."""
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_text(text, encoding="utf-8")

    def locked(self, dependencies: Sequence[str], more: str = "", *, as_of: Sequence[Release] = ()) -> None:
        """Write the manifest and let the real uv lock it, as long as only `as_of` was released."""
        self.write("pyproject.toml", MANIFEST.format(list(dependencies)) + more)
        self.lock(as_of)

    def lock(self, as_of: Sequence[Release] = ()) -> None:
        """Let uv lock what is written."""
        now = list(self._releases)
        self._releases[:] = as_of or now
        uv = Path(sys.prefix, "bin", "uv")
        subprocess.run(
            [uv, "lock", "-q", "--no-build", "--python", sys.executable, "--no-cache"], cwd=self.folder, check=True
        )
        self._releases[:] = now

    def plan(self, *records: Mapping[str, Any], name: str | None = None, **flags: Any) -> Plan:
        """The plan for the project, where these advisories are all that is known."""
        a_folder_of_records(self._database, *records)
        return self._planned(name, advisory_db=(str(self._database),), **flags)

    def plan_asking(self, upstream: Upstream) -> Plan:
        """The plan for the project by what OSV answers, which may be told the names in the index of the tests."""
        url = f"osv={upstream.url_of('osv')}"
        return self._planned(None, sources=("osv",), service_urls=(url,), no_maintenance_check=True)

    def offer(self, *releases: Release) -> None:
        """Let the index have these of its releases alone."""
        self._releases[:] = releases

    def _planned(self, name: str | None, **flags: Any) -> Plan:
        said = Flags(paths=(self.folder / name if name else self.folder,), **flags)
        prepared = prepare(said)
        with scanning(prepared.settings, verbose=False) as work:
            made, self.outcome = Planning(prepared, work, datetime.now(UTC)).plan()
        return made


@pytest.fixture
def shops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Shop]]:
    """Give a function that makes the project in an index with these releases."""
    with ExitStack() as stack:

        def make(*releases: Release) -> Shop:
            known = list(releases)
            index = stack.enter_context(serve(known))
            monkeypatch.delenv("UV_OFFLINE", raising=False)
            monkeypatch.setenv("UV_DEFAULT_INDEX", index.url)
            monkeypatch.setenv("PYSENTRY_HOOK_SOURCES_MIRRORS", index.url)
            monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv"))
            monkeypatch.setenv("PYSENTRY_HOOK_CACHE_DIR", str(tmp_path / "cache"))
            folder = tmp_path / "shop"
            folder.mkdir()
            monkeypatch.chdir(folder)
            os.environ.pop("VIRTUAL_ENV", None)
            return Shop(folder, index, tmp_path / "records", known)

        yield make
