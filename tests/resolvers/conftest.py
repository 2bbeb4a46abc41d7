"""An index of the tests, which both resolvers take for the user's own."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.resolvers.index import Index, Release, serve

Serve = Callable[..., Index]


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Serve releases as the one index of pip and uv, with caches of the test."""
    caches = tmp_path_factory.mktemp("caches")
    monkeypatch.setenv("UV_CACHE_DIR", str(caches / "uv"))
    monkeypatch.setenv("PIP_CACHE_DIR", str(caches / "pip"))
    monkeypatch.setenv("PIP_TOOLS_CACHE_DIR", str(caches / "pip-tools"))
    with ExitStack() as stack:

        def start(
            *releases: Release, private: bool = False, word: str | None = None, quarantined: Sequence[str] = ()
        ) -> Index:
            served = stack.enter_context(serve(releases, private=private, quarantined=quarantined))
            url = served.with_password(word) if word else served.url
            for name in ("PIP_NO_INDEX", "UV_OFFLINE"):
                monkeypatch.delenv(name, raising=False)
            for name in ("PIP_INDEX_URL", "UV_DEFAULT_INDEX"):
                monkeypatch.setenv(name, url)
            return served

        yield start


@pytest.fixture
def setup_ran(tmp_path: Path) -> Path:
    """The file that a setup.py writes where it is run."""
    return tmp_path / "setup-ran"
