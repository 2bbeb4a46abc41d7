"""`db sync, status, import, export, verify`: the advisory database, one file for offline and shared use."""

import hashlib
import re
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Annotated
from zipfile import is_zipfile

import typer

from pysentry_hook.commands.helping import Commands
from pysentry_hook.commands.options import takes_flags
from pysentry_hook.commands.running import cache_folder, prepare, scanning
from pysentry_hook.config.flags import Flags
from pysentry_hook.config.kinds import check_database, shown
from pysentry_hook.config.settings import Settings
from pysentry_hook.config.words import EXPORT
from pysentry_hook.errors import DatabaseError, SourceError, UsageError
from pysentry_hook.http import MAX_ARCHIVE, Http, Response
from pysentry_hook.replacing import replacing
from pysentry_hook.sources.archive import made_at
from pysentry_hook.sources.export import DEFAULT_URL
from pysentry_hook.sources.store import Store, is_store
from pysentry_hook.syncing import OSV, PYPA, imported, sync
from pysentry_hook.text import count, one_line, without_credentials

db = Commands("The advisory database: one file for offline and shared use.", example="pysentry-hook db sync")

File = Annotated[Path | None, typer.Argument(metavar="[FILE]", help="The database; default: the one in the cache.")]
_OPTIONS = ("offline", "cache_dir", "config", "no_config")
_DIGEST = re.compile(r"\s*([0-9a-fA-F]{64})\b")


@db.add("pysentry-hook db sync", name="sync")
@takes_flags("service_urls", *_OPTIONS)
def sync_(
    flags: Flags,
    file: File = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say what is asked where.")] = False,
) -> None:
    """Build the database from the PyPA archive and the OSV export, or load what changed in them."""
    settings = prepare(flags).settings
    path = _path(file, settings)
    for text in flags.service_urls:
        if text.partition("=")[0] not in {"pypa", EXPORT}:
            raise UsageError(f"--service-url: db sync asks pypa and {EXPORT}; name one of them, as pypa=URL")
    urls = {PYPA: settings.urls["pypa"], OSV: settings.urls.get(EXPORT, DEFAULT_URL)}
    with scanning(settings, verbose=verbose) as work, _told(path, "name another file, or remove this one"):
        made = sync(path, urls, work.http, datetime.now(UTC), lambda line: typer.echo(line, err=True))
    for failure in made.failures:
        typer.echo(f"error: {failure}", err=True)
    if made.revision is None:
        as_before = f": {path} is as it was" if path.exists() else ""
        typer.echo(f"Nothing was written{as_before}. Run it again when both can be asked.", err=True)
    else:
        records = ", ".join(f"{source} {number:,}" for source, number in sorted(made.counts.items()))
        typer.echo(f"{path}: {count(made.changed, 'record')} changed ({records}); revision {made.revision}")
        typer.echo(f"Use it: pysentry-hook --advisory-db {path}", err=True)
    raise typer.Exit(3 if made.failures else 0)


@db.add("pysentry-hook db status")
@takes_flags("cache_dir", "config", "no_config")
def status(flags: Flags, file: File = None) -> None:
    """Show what the database holds, from where, of when, and its revision."""
    path = _path(file, prepare(flags).settings)
    with _told(path), Store(path) as store:
        typer.echo(f"{path}: revision {store.revision}")
        counts = store.counts()
        for origin in store.origins():
            number = count(counts.get(origin.source, 0), "record")
            typer.echo(f"  {origin.source:<8} {number} as of {origin.as_of:%Y-%m-%d %H:%M} UTC from {origin.url}")
        damaged = store.damaged()
        if damaged:
            typer.echo(f"  {count(len(damaged), 'record')} could not be read: {', '.join(damaged[:10])}")


@db.add("pysentry-hook db verify")
@takes_flags("cache_dir", "config", "no_config")
def verify(flags: Flags, file: File = None) -> None:
    """Check every record of the database against its digest, and the whole against its revision."""
    path = _path(file, prepare(flags).settings)
    with _told(path), Store(path) as store:
        problems = list(store.problems())
        for problem in problems[:10]:
            typer.echo(f"error: {path}: {problem}", err=True)
        if problems:
            typer.echo(f"{count(len(problems), 'problem')}: make it anew with pysentry-hook db sync", err=True)
            raise typer.Exit(2)
        typer.echo(f"{path}: {count(sum(store.counts().values()), 'record')}, all as they should be; {store.revision}")


@db.add("pysentry-hook db export public/advisories.db")
@takes_flags("cache_dir", "config", "no_config")
def export(
    flags: Flags,
    target: Annotated[Path, typer.Argument(metavar="FILE", help="Where the copy goes; FILE.sha256 is written too.")],
    file: Annotated[
        Path | None, typer.Option("--from", metavar="FILE", help="Another database than the cache's.")
    ] = None,
) -> None:
    """Copy the database for others, with its SHA-256 beside it: any static host can serve both."""
    path = _path(file, prepare(flags).settings)
    with _told(path):
        with Store(path):
            data = path.read_bytes()
        digest = _put(target, data)
    typer.echo(f"{target}: sha256 {digest}")
    typer.echo(f"Use it: pysentry-hook --advisory-db URL#sha256={digest}", err=True)


@db.add("pysentry-hook db import public/advisories.db", name="import")
@takes_flags(*_OPTIONS)
def import_(
    flags: Flags,
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="A database, a zip, a folder, or an https URL.")],
    file: Annotated[
        Path | None, typer.Option("--to", metavar="FILE", help="Another database than the cache's.")
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say what is asked where.")] = False,
) -> None:
    """Take a database that others made; SOURCE.sha256 beside it is checked, and #sha256=DIGEST behind a URL pins it."""
    settings = prepare(flags).settings
    path = _path(file, settings)
    with scanning(settings, verbose=verbose) as work, _told(source, "make one instead: pysentry-hook db sync"):
        made = _imported(source, path, work.http)
    typer.echo(f"{path}: {made}")


def _imported(source: str, path: Path, http: Http) -> str:
    """Write the database of a source, and return its revision."""
    if "://" in source:
        return imported(_loaded(source, http), path, datetime.now(UTC))
    origin = Path(source)
    if not origin.exists():
        raise UsageError(f"{one_line(source, 120)} is not there; check the path")
    changed = origin.stat().st_mtime
    if origin.is_dir():
        return imported(origin, path, datetime.fromtimestamp(int(changed), UTC))
    note = origin.with_name(f"{origin.name}.sha256")
    if note.exists():
        with origin.open("rb") as file:
            _check(hashlib.file_digest(file, "sha256").hexdigest(), _digest_in(note))
    data = origin.read_bytes()
    if is_store(origin):
        return imported(data, path, datetime.fromtimestamp(int(changed), UTC))
    return imported(origin, path, datetime.fromtimestamp(int(made_at(data, changed)), UTC))


def _check(found: str, wanted: str) -> None:
    if wanted != found:
        raise SourceError(f"has the SHA-256 {found}, and {wanted} was said, so do not trust it")


def _loaded(url: str, http: Http) -> bytes:
    """What is at a URL, by the digest behind it and the one beside it."""
    try:
        check_database(url)
    except ValueError as error:
        raise UsageError(f"SOURCE: {shown(url)} {error}") from error
    address, _, pinned = url.partition("#sha256=")
    data, beside = _body(address, http), _digest_behind(address, http)
    for wanted in filter(None, (pinned.lower(), beside)):
        _check(hashlib.sha256(data).hexdigest(), wanted)
    return data


def _body(url: str, http: Http) -> bytes:
    def read(response: Response) -> bytes:
        if response.status != HTTPStatus.OK:
            raise SourceError(f"HTTP {response.status}")
        return response.body

    return http.get(url, read, accept="*/*", limit=MAX_ARCHIVE)


def _digest_behind(url: str, http: Http) -> str | None:
    """The digest that stands beside a file on its host; None where there is none."""

    def read(response: Response) -> str | None:
        return _digest(response.body) if response.status == HTTPStatus.OK else None

    try:
        return http.get(f"{url}.sha256", read, accept="*/*")
    except SourceError as error:
        raise SourceError(f"the .sha256 beside it: {error}") from error


def _digest_in(note: Path) -> str:
    try:
        return _digest(note.read_bytes())
    except ValueError as error:
        raise SourceError(f"the .sha256 beside it: {error}") from error


def _digest(note: bytes) -> str:
    """The digest with which a note begins; ValueError where there is none."""
    found = _DIGEST.match(note.decode("ascii", "replace"))
    if found is None:
        raise ValueError("it holds no SHA-256")
    return found[1].lower()


def _put(target: Path, data: bytes) -> str:
    digest = hashlib.sha256(data).hexdigest()
    target.parent.mkdir(parents=True, exist_ok=True)
    with replacing(target) as part:
        part.write_bytes(data)
    target.with_name(f"{target.name}.sha256").write_text(f"{digest}  {target.name}\n", encoding="ascii")
    return digest


def _path(file: Path | None, settings: Settings) -> Path:
    return file or cache_folder(settings) / "advisories.db"


@contextmanager
def _told(name: object, step: str = "make it anew: pysentry-hook db sync") -> Iterator[None]:
    """Turn what goes wrong with a database into one line and exit code 2."""
    named = without_credentials(str(name)) if "://" in str(name) else str(name)
    try:
        yield
    except SourceError as error:
        if isinstance(name, Path) and is_zipfile(name):
            step = f"make one of it: pysentry-hook db import {shlex.quote(named)}"
        raise DatabaseError(f"{named}: {error}; {step}") from error
    except OSError as error:
        hint = "make one with pysentry-hook db sync" if isinstance(error, FileNotFoundError) else "name another file"
        raise DatabaseError(f"{named}: {error.strerror or error}; {hint}") from error
