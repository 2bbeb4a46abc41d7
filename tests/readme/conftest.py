"""The project of somebody who types what the README says."""

import re
import shlex
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.builders import a_record
from tests.conftest import Run
from tests.e2e.conftest import needed
from tests.e2e.project import Project
from tests.e2e.repository import Done, git
from tests.resolvers.index import Release, serve
from tests.upstream import Upstream

WRITTEN = date(2026, 11, 26)
"""The day on which the dates of the README lay as far ahead as they say."""
RELEASES = (Release("diskcache", "5.6.3"), Release("werkzeug", "2.2.2"), Release("werkzeug", "2.2.3"))
RECORDS = (
    a_record("PYSEC-2099-1", "diskcache", aliases=["CVE-2025-69872"], fixed=None),
    a_record("PYSEC-2099-2", "werkzeug", aliases=["CVE-2023-25577"], fixed="2.2.3"),
)


def as_of_today(text: str) -> str:
    """The text with its dates as far ahead of today as they were when it was written."""
    today = datetime.now(UTC).date()

    def moved(found: re.Match[str]) -> str:
        day = date.fromisoformat(found[0])
        return str(day if day < WRITTEN else today + (day - WRITTEN))

    return re.sub(r"\b20\d\d-\d\d-\d\d\b", moved, text)


class Reader(NamedTuple):
    """A repository with a lock, advisories that know two of its packages, and everything that a command may name."""

    run: Run
    folder: Path
    environment: dict[str, str]

    def types(self, line: str) -> Done:
        """Run one line as it is written, with the dates of today."""
        program, *words = shlex.split(as_of_today(line))
        assert program == "pysentry-hook"
        return self.run(*words, cwd=self.folder, env=self.environment, timeout=300)


@pytest.fixture
def reader(run: Run, tmp_path: Path) -> Iterator[Reader]:
    releases = list(RELEASES)
    with serve(releases) as index, Upstream(list(RECORDS)) as upstream:
        (tmp_path / "shop").mkdir()
        git(tmp_path / "shop", "init", "-q", "-b", "main")
        project = Project(run, tmp_path, releases, index, needed("uv", "uv"))
        project.locked("diskcache", "werkzeug<3", as_of=RELEASES[:2])
        environment = project.environment | {
            "PYSENTRY_HOOK_SOURCES_MIRRORS": index.url,
            "PYSENTRY_HOOK_SOURCES_OSV_URL": upstream.url_of("osv"),
            "PYSENTRY_HOOK_SOURCES_PYPI_URL": upstream.url_of("pypi"),
            "PYSENTRY_HOOK_SOURCES_PYPA_URL": upstream.url_of("pypa"),
            "PYSENTRY_HOOK_SOURCES_OSV_EXPORT_URL": f"{upstream.url_of('osv')}/export",
        }
        yield Reader(run, project.folder, environment)
