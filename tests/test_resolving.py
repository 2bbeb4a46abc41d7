"""What a resolution that fails leaves in the inventory."""

from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pysentry_hook import resolvers
from pysentry_hook.cache import MemoryCache
from pysentry_hook.config.files import Configuration
from pysentry_hook.config.flags import Flags
from pysentry_hook.config.settings import settle
from pysentry_hook.http import Http
from pysentry_hook.inputs import requirements
from pysentry_hook.model import Inventory, normalize
from pysentry_hook.resolvers.programs import Program
from pysentry_hook.resolvers.request import ResolutionError
from pysentry_hook.resolving import Resolving
from pysentry_hook.tree import FolderTree
from tests.upstream import Reply, Upstream

NOW = datetime(2026, 1, 2, tzinfo=UTC)
QUARANTINED = Reply(body=b'{"files": [], "project-status": {"status": "quarantined"}}')


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with Upstream(replies={"/simple/bad/": QUARANTINED, "/simple/worse/": QUARANTINED}) as served:
        yield served


def resolved(folder: Path, upstream: Upstream, text: str, error: ResolutionError, **environment: str) -> Inventory:
    """The inventory of a file whose resolution fails in this way."""

    class Failing:
        NAME, PROGRAM, LOCK = "uv", "uv", "uv.lock"

        def resolve(self, *_: object) -> None:
            raise error

    (folder / "requirements.txt").write_text(text, encoding="utf-8")
    settings = settle(Flags(service_urls=(f"pypi={upstream.url}",)), environment, Configuration(), NOW.date())
    http = Http(settings.limits)
    told = Resolving(
        settings,
        root=folder,
        http=http,
        cache=MemoryCache(),
        now=NOW,
        log=lambda _: None,
        progress=lambda _, after=0.0: nullcontext(),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(resolvers, "find", lambda *_: (Failing(), Program(Path("uv"), "1")))
        found = told.resolved(requirements.read(FolderTree(folder), "requirements.txt"))
    http.close()
    return found


def test_what_the_index_has_quarantined_is_in_the_inventory(tmp_path: Path, upstream: Upstream) -> None:
    error = ResolutionError("uv: no", "of bad and good nothing", missing=["worse"])
    found = resolved(tmp_path, upstream, "Bad>=1\ngood\nunspoken\n", error)
    assert found.quarantined == (normalize("worse"), normalize("bad"))
    assert [failure.detail for failure in found.failures] == ["quarantined by the index: worse, bad; uv: no"]
    assert {request.path for request in upstream.requests} == {"/simple/worse/", "/simple/bad/", "/simple/good/"}


def test_the_index_is_asked_of_a_bounded_number(tmp_path: Path, upstream: Upstream) -> None:
    error = ResolutionError("uv: no", missing=[f"x{number}" for number in range(99)])
    assert resolved(tmp_path, upstream, "bad\n", error).quarantined == ()
    assert len(upstream.requests) == 20


def test_a_name_that_may_be_private_is_not_asked_for(tmp_path: Path, upstream: Upstream) -> None:
    error = ResolutionError("uv: no", "bad", missing=["worse"])
    own = {"PIP_INDEX_URL": "https://pkgs.acme.example/simple", "PIP_CONFIG_FILE": "/nowhere"}
    assert resolved(tmp_path, upstream, "bad\n", error, **own).quarantined == ()
    public = "--index-url https://pypi.org/simple\nbad\n"
    assert resolved(tmp_path, upstream, public, error, **own).quarantined == (normalize("bad"),)
    private = {"PYSENTRY_HOOK_SOURCES_PRIVATE": "wor*"}
    assert resolved(tmp_path, upstream, "bad\n", error, **private).quarantined == (normalize("bad"),)
    assert "/simple/worse/" not in {request.path for request in upstream.requests}
