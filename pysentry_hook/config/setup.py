"""A digest of what the user's own configuration of pip and uv adds to a resolution, without its secrets."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from pysentry_hook.config.tool_files import pip_files, uv_files

_TOOLS = ("PIP_", "UV_")
_SECRET = re.compile(r"PASSWORD|USERNAME|TOKEN|SECRET|KEY|AUTH|CREDENTIAL")
_NO_MATTER = re.compile(
    r".*_(?:CACHE_DIR|NO_CACHE|CONFIG_FILE|TIMEOUT|RETRIES|NO_PROGRESS)|UV_CONCURRENT_.*|UV_INTERNAL_.*"
)
"""How it is resolved, not what."""
_NAMES_FILES = re.compile(r".*(?:CONSTRAINT|OVERRIDE|EXCLUDE|REQUIREMENT)S?")
_CREDENTIALS = re.compile(r"(?<=://)[^/\s\"']*@")
_QUERY = re.compile(r"(://[^\s\"'?#]*)[?#][^\s\"',\]]*")
_LARGEST = 16 * 1024 * 1024


def setup_digest(environment: Mapping[str, str]) -> str:
    """Return what is the same for as long as nothing changes that pip and uv read of their user."""
    digest = hashlib.sha256()
    for part in _parts(environment):
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()


def _parts(environment: Mapping[str, str]) -> Iterator[bytes]:
    for name in sorted(environment):
        if name.startswith(_TOOLS) and not _SECRET.search(name) and not _NO_MATTER.fullmatch(name):
            yield _without_secrets(f"{name}={environment[name]}")
            for word in environment[name].split() if _NAMES_FILES.fullmatch(name) else ():
                yield _content(Path(word))
    for file in (*pip_files(environment), *uv_files(environment)):
        yield _content(file)


def _content(file: Path) -> bytes:
    """What a file says; one that cannot be read says nothing, and its tool will tell."""
    try:
        with file.open("rb") as opened:
            return _without_secrets(opened.read(_LARGEST).decode("utf-8", "replace"))
    except (OSError, ValueError):
        return b""


def _without_secrets(text: str) -> bytes:
    return _QUERY.sub(r"\1", _CREDENTIALS.sub("", text)).encode("utf-8", "replace")
