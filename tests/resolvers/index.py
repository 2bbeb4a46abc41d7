"""A package index of the tests: wheels and one sdist that are made here, some of them behind a password."""

import base64
import hashlib
import io
import json
import tarfile
import threading
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

USER, PASSWORD = "me", "secret-word"
_JSON = "application/vnd.pypi.simple.v1+json"
_QUARANTINED = {
    "meta": {"api-version": "1.4"},
    "project-status": {"status": "quarantined"},
    "files": [],
    "versions": [],
}


class Release(NamedTuple):
    """One version of one package, and what it requires."""

    name: str
    version: str
    requires: tuple[str, ...] = ()
    marker_of_build: Path | None = None
    """For an sdist: the file that its setup.py would write."""
    yanked: bool = False
    python: str | None = None
    """The Pythons that it runs on, as PEP 440 specifiers."""
    uploaded: str = "2020-01-01T00:00:00Z"


class Index(NamedTuple):
    """Where the index is served, and what was asked of it: path and Authorization header."""

    url: str
    asked: list[tuple[str, str | None]]

    def with_password(self, word: str = PASSWORD) -> str:
        """The address with credentials."""
        return self.url.replace("://", f"://{USER}:{word}@")

    def names(self) -> set[str]:
        """The packages whose pages were asked for."""
        pages = (path.partition("/simple/")[2].strip("/") for path, _ in self.asked)
        return {page for page in pages if page}


class _Given(NamedTuple):
    """What a server answers with, and what it was asked."""

    releases: Sequence[Release]
    files: Mapping[str, bytes]
    asked: list[tuple[str, str | None]]
    ended: threading.Event
    below: str
    private: bool
    quarantined: Sequence[str]
    silent: bool
    lasting: int

    def page(self, name: str) -> dict[str, object]:
        """The JSON page of a project, https://peps.python.org/pep-0691/."""
        listed = self.of(name)
        page: dict[str, object] = {"meta": {"api-version": "1.1"}, "name": name}
        page["versions"] = [each.version for each in listed]
        page["files"] = [_listed(each, f"{self.below}/files/{_file(each)}", self.files[_file(each)]) for each in listed]
        return page

    def of(self, name: str) -> list[Release]:
        """The releases of a project, as they are now."""
        return [release for release in self.releases if release.name == name]


class _Server(ThreadingHTTPServer):
    given: _Given


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        given = self.server.given
        token = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        given.asked.append((self.path, self.headers.get("Authorization")))
        if given.silent:
            given.ended.wait()
        elif given.private and self.headers.get("Authorization") != token:
            self._answer(401, b"", {"WWW-Authenticate": 'Basic realm="x"'})
        elif self.path.startswith(f"{given.below}/simple/"):
            self._list(self.path.removeprefix(f"{given.below}/simple/").partition("/")[0])
        else:
            content = given.files.get(self.path.removeprefix(f"{given.below}/files/"))
            self._answer(404 if content is None else 200, content or b"", {"Content-Type": "application/octet-stream"})

    def _list(self, name: str) -> None:
        given = self.server.given
        if name in given.quarantined:
            self._answer(200, json.dumps(_QUARANTINED | {"name": name}).encode(), {"Content-Type": _JSON})
            return
        listed = given.of(name)
        status = 200 if listed else 404
        if _JSON in (self.headers.get("Accept") or ""):
            self._answer(status, json.dumps(given.page(name)).encode(), {"Content-Type": _JSON})
            return
        links = "".join(f'<a href="{given.below}/files/{_file(each)}">{_file(each)}</a>' for each in listed)
        self._answer(status, f"<!DOCTYPE html><html><body>{links}</body></html>".encode())

    def _answer(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        lasting = self.server.given.lasting
        usual = {"Content-Type": "text/html"} | ({"Cache-Control": f"max-age={lasting}"} if lasting else {})
        for name, value in (usual | dict(headers or {})).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET  # noqa: N815 (the name that http.server looks for)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serve(
    releases: Sequence[Release],
    *,
    below: str = "",
    private: bool = False,
    quarantined: Sequence[str] = (),
    silent: bool = False,
    lasting: int = 0,
) -> Iterator[Index]:
    """Serve the releases by the simple API, https://packaging.python.org/specifications/simple-repository-api/.

    It is `/simple` below a path. A quarantined project offers no files, https://peps.python.org/pep-0792/; a silent
    index never answers. `lasting` is the number of seconds for which an answer need not be asked for again.
    """
    files = {_file(release): _content(release) for release in releases}
    server = _Server(("127.0.0.1", 0), _Handler)
    server.given = _Given(releases, files, [], threading.Event(), below, private, quarantined, silent, lasting)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield Index(f"http://127.0.0.1:{server.server_address[1]}{below}/simple", server.given.asked)
    finally:
        server.given.ended.set()
        server.shutdown()
        server.server_close()


def _file(release: Release) -> str:
    if release.marker_of_build:
        return f"{release.name}-{release.version}.tar.gz"
    return f"{release.name.replace('-', '_')}-{release.version}-py3-none-any.whl"


def _listed(release: Release, url: str, content: bytes) -> dict[str, object]:
    return {
        "filename": _file(release),
        "url": url,
        "hashes": {"sha256": hashlib.sha256(content).hexdigest()},
        "yanked": release.yanked,
        "upload-time": release.uploaded,
        **({"requires-python": release.python} if release.python else {}),
    }


def digest(release: Release) -> str:
    """The hexadecimal SHA-256 of the file of a release."""
    return hashlib.sha256(_content(release)).hexdigest()


def _content(release: Release) -> bytes:
    return _sdist(release, release.marker_of_build) if release.marker_of_build else _wheel(release)


def _wheel(release: Release) -> bytes:
    name = release.name.replace("-", "_")
    folder = f"{name}-{release.version}.dist-info"
    needs = "".join(f"Requires-Dist: {text}\n" for text in release.requires)
    needs += f"Requires-Python: {release.python}\n" if release.python else ""
    texts = {
        f"{folder}/METADATA": f"Metadata-Version: 2.1\nName: {release.name}\nVersion: {release.version}\n{needs}",
        f"{folder}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{folder}/RECORD": "",
    }
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for path, text in texts.items():
            archive.writestr(zipfile.ZipInfo(path), text)  # of no time, so that it has one digest
    return content.getvalue()


def _sdist(release: Release, marker: Path) -> bytes:
    """A source distribution whose every build leaves the marker; its backend needs nothing else."""
    told = f"open({str(marker)!r}, 'w').close()\n"
    named = f"{release.name}-{release.version}"
    texts = {
        "setup.py": f"{told}from setuptools import setup\nsetup(name={release.name!r}, version={release.version!r})\n",
        "pyproject.toml": '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
        "backend.py": told
        + _BACKEND.format(wheel=_file(release._replace(marker_of_build=None)), content=_wheel(release)),
    }
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        for name, text in texts.items():
            entry = tarfile.TarInfo(f"{named}/{name}")
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))
    return content.getvalue()


_BACKEND = """
import pathlib
def build_wheel(folder, config_settings=None, metadata_directory=None):
    pathlib.Path(folder, {wheel!r}).write_bytes({content!r})
    return {wheel!r}
def build_sdist(folder, config_settings=None):
    raise NotImplementedError
"""
