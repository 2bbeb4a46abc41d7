"""The process that serves every tool, and what a benchmark tells it and is told."""

import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.peers.tools import Site

_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@contextmanager
def services(work: Path, records: int) -> Iterator[Site]:
    """Serve so many generated advisories, with the certificate that is in the folder, until the block ends."""
    words = [sys.executable, "-m", "tests.benchmarks.peers.server", str(work), str(records)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        try:
            yield Site(work, int(server.stdout.readline()))
        finally:
            server.terminate()


def ask(site: Site, words: str) -> str:
    """Ask for something below `/-/`, which is told in `server`."""
    with _OPENER.open(f"{site.url}/-/{words}") as answer:
        told: bytes = answer.read()
    return told.decode()
