"""The tools that are compared: how each is installed and run, and how its findings are read."""

import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from pysentry_hook.sources import SOURCES
from tests.benchmarks.peers.running import Way

OURS, PYSENTRY, UV, PIP_AUDIT = "pysentry-hook", "pysentry-rs", "uv audit", "pip-audit"
VERSIONS = {PYSENTRY: "0.5.0", UV: "0.13.9", PIP_AUDIT: "2.10.1"}
_PACKAGES = {PYSENTRY: "pysentry-rs", UV: "uv", PIP_AUDIT: "pip-audit"}
_ROOT = Path(__file__).parents[3]

Found = frozenset[tuple[str, str]]
"""Packages with the ids of their findings."""


class Site(NamedTuple):
    """Where everything of one benchmark is."""

    work: Path
    port: int

    @property
    def url(self) -> str:
        """The address of the services."""
        return f"http://127.0.0.1:{self.port}"


def install(work: Path, names: Iterable[str] = (OURS, *VERSIONS)) -> None:
    """Install tools from the package index into a virtual environment each, ours from this checkout."""
    for name in names:
        folder = work / "venvs" / name
        package = str(_ROOT) if name == OURS else f"{_PACKAGES[name]}=={VERSIONS[name]}"
        if name == OURS or not folder.exists():
            shutil.rmtree(folder, ignore_errors=True)
            venv.create(folder, with_pip=True)
            pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "-q", "--disable-pip-version-check", package]
            _run(pip)


def certify(work: Path) -> None:
    """Make an authority, and by it a certificate for the hosts of the default sources, with openssl."""
    hosts = sorted({str(urlsplit(kind.default_url).hostname) for kind in SOURCES.values()})
    names = ",".join(f"DNS:{host}" for host in hosts)
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    _openssl(
        work, "req", "-x509", *key, "-days", "7", "-subj", "/CN=a benchmark", "-keyout", "ca.key", "-out", "ca.pem"
    )
    _openssl(
        work,
        *("req", "-x509", *key, "-days", "7", "-subj", "/CN=services", "-addext", f"subjectAltName={names}"),
        *("-addext", "basicConstraints=critical,CA:FALSE", "-CA", "ca.pem", "-CAkey", "ca.key"),
        *("-keyout", "server.key", "-out", "server.pem"),
    )


def _openssl(work: Path, *words: str) -> None:
    _run(["openssl", *words], work)


def _run(words: Sequence[str], folder: Path | None = None) -> None:
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(words)} ended with {done.returncode}: {done.stderr}")


def ways(site: Site, folder: Path) -> Mapping[str, Way]:
    """How each tool checks what stands in a folder, less what needs another mode."""
    url, out = site.url, site.work / "out"
    out.mkdir(exist_ok=True)
    plain = {"PATH": os.environ["PATH"], "HOME": str(site.work), "NO_PROXY": "127.0.0.1"}
    through = {"HTTPS_PROXY": url, "https_proxy": url, "SSL_CERT_FILE": str(site.work / "ca.pem")}
    archive = f"{url}/pypa/advisory-database/archive/refs/heads/main.zip"
    services = ("--service-url", f"osv={url}", "--service-url", f"pypi={url}", "--service-url", f"pypa={archive}")
    pinned = str(folder / "pins" / "requirements.txt")
    words = {
        OURS: ("report", "-f", "json", "--cache-dir", "{cache}", *services, str(folder)),
        PYSENTRY: ("-q", "--no-config", "--no-ci-detect", "--format", "json", "--cache-dir", "{cache}", str(folder)),
        UV: (
            *("audit", "-q", "--frozen", "--no-config", "--service-url", f"{url}/", "--default-index", f"{url}/simple"),
            *("--output-format", "json", "--cache-dir", "{cache}", "--directory", str(folder)),
        ),
        PIP_AUDIT: (
            *("--no-deps", "--disable-pip", "--progress-spinner", "off", "-f", "json", "-s", "osv"),
            *("--osv-url", f"{url}/v1/query", "--cache-dir", "{cache}", "-r", pinned),
        ),
    }
    environments = {
        OURS: {**plain, "PYSENTRY_HOOK_SOURCES_MIRRORS": f"{url}/simple"},
        PYSENTRY: {**plain, **through},
        UV: plain,
        PIP_AUDIT: plain,
    }
    programs = {OURS: "pysentry-hook", PYSENTRY: "pysentry-rs", UV: "uv", PIP_AUDIT: "pip-audit"}
    return {
        name: Way(
            name=name.replace(" ", "-"),
            words=(str(site.work / "venvs" / name / "bin" / programs[name]), *words[name]),
            environment=environments[name],
            output=out / f"{name.replace(' ', '-')}.json",
        )
        for name in words
    }


def findings(name: str, output: Path) -> Sequence[tuple[str, frozenset[str]]]:
    """What a tool found: packages, each with all ids of one finding."""
    text = output.read_text(encoding="utf-8")
    document: Any = json.JSONDecoder().raw_decode(text[text.index("{") :])[0]
    if name == OURS:
        every = document["findings"]
        return [(each["package"], frozenset({each["id"], *each["aliases"]})) for each in every]
    if name == PYSENTRY:
        return [(each["package_name"], frozenset({each["id"]})) for each in document["vulnerabilities"]]
    if name == UV:
        return [(each["dependency"]["name"], frozenset({each["id"]})) for each in document["vulnerabilities"]]
    listed = document["dependencies"]
    return [(each["name"], frozenset({vuln["id"]})) for each in listed for vuln in each.get("vulns", ())]


def missing(wanted: Iterable[tuple[str, frozenset[str]]], found: Iterable[tuple[str, frozenset[str]]]) -> list[str]:
    """The findings that another tool does not have, by any of their ids."""
    known = {(package, identifier) for package, ids in found for identifier in ids}
    return sorted(
        f"{package} {min(ids)}" for package, ids in wanted if not any((package, each) in known for each in ids)
    )


def python() -> str:
    """The version of Python that runs ours."""
    return f"Python {sys.version.split()[0]}"
