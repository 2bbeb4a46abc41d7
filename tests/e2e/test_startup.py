"""What a run loads: an import is paid by every run that meets it, so each way through the command has its list."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.builders import a_record, a_uv_lock
from tests.conftest import unmeasured
from tests.e2e.repository import git
from tests.upstream import Upstream

Loaded = Mapping[str, frozenset[str]]
"""The modules of a run, by what it was for."""

_TELLING = """
import os, sys
from pysentry_hook.cli import main
try:
    main()
finally:
    with open(os.environ["LOADED"], "w", encoding="utf-8") as file:
        file.write("\\n".join(sys.modules))
"""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


HEAVY = _set("""
    asyncio concurrent.futures configparser cvss diskcache email fastjsonschema http.client importlib.resources logging
    platformdirs requests rich rtoml sarif_om tempfile tomlkit tomllib urllib3 yaml zipfile
""")
"""What costs more than a millisecond, and is not loaded by typer in any case."""

VERSION = _set("cli errors text")
COMMAND = VERSION | _set("commands commands.helping commands.options commands.values config config.flags")
HELP = COMMAND | _set("commands.scan output replacing reports reports.look")
ENGINE = COMMAND | _set("""
    advisories asking baseline cache cache.notes cache.planted changes
    commands.program commands.progress commands.running commands.view
    config.ci config.files config.indexes config.named config.policies config.said config.settings config.setup
    config.tool_files config.variables config.words evaluation facts graph http
    inputs inputs.discovery inputs.documents inputs.kept inputs.limits inputs.packing
    learnt matching memory model plain policy policy.choice policy.gates policy.judge
    policy.novelty policy.suppressing reading remarks replacing report reports reports.look rules scan severity
    sources sources.context sources.permission sources.pypi sources.status stamp steps
    tree tree.folder tree.git tree.history tree.limits tree.listing tree.places tree.recorded tree.subject
    tree.uncommitted tried upgrades
""")
"""What finds in notes what a lock installs and what was learnt of it, and judges."""
SCAN = HELP | ENGINE
JSON = SCAN | _set("reports.documents reports.json reports.policy_json")

OURS = {
    "version": VERSION,
    "help": HELP,
    "cold": JSON | _set("""
        http.names http.tls http.wire http.workers
        inputs.constraints inputs.kinds inputs.manifest inputs.needs inputs.packages inputs.places inputs.scopes
        inputs.specifiers inputs.stale inputs.unread inputs.uv_lock
        sources.archive sources.found sources.osv sources.pypa sources.records sources.remote sources.rows sources.store
        sources.yaml_records
    """),
    "json": JSON,
    "human": SCAN | _set("""
        reports.accepting reports.fixes reports.human reports.lines reports.verdict reports.words
    """),
    "sarif": SCAN | _set("""
        reports.fingerprints reports.fixes reports.gfm reports.sarif reports.sarif_json reports.sarif_notes
        reports.sarif_results reports.sarif_rules reports.sarif_runs reports.sarif_text reports.verdict reports.words
    """),
    "hook": ENGINE | _set("""
        commands.hook
        reports.accepting reports.change reports.fixes reports.verdict reports.words
        sources.osv sources.records tree.blobs triggers
    """),
}  # fmt: skip
"""Our own modules, exactly: who adds one to a run says so here."""

OTHERS = {
    "version": _set(""),
    "help": _set(""),
    "cold": _set("""
        concurrent.futures cvss diskcache email http.client importlib.resources logging requests rtoml tempfile urllib3
        yaml zipfile
    """),
    "json": _set(""),
    "human": _set(""),
    "sarif": _set("sarif_om"),
    "hook": _set("diskcache tempfile"),
}
"""Those of HEAVY, at most."""


def _lock(*packages: tuple[str, str]) -> str:
    """A lock of the usual size: a short file needs no note."""
    return a_uv_lock(*packages) + "# more\n" * 2_000


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    """Run the command once for each list, the cold scan first."""
    folder = tmp_path_factory.mktemp("startup")
    shop = folder / "shop"
    shop.mkdir()
    git(shop, "init", "-q", "-b", "main")
    git(shop, "commit", "-q", "--allow-empty", "-m", "x")
    (shop / "uv.lock").write_text(_lock(("requests", "2.30.0"), ("six", "1.16.0")), encoding="utf-8")
    vector = [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"}]
    with Upstream([a_record(fixed="2.31.0", severity=vector)]) as upstream:
        options = ("--cache-dir", folder / "cache", *upstream.options)
        found = {
            "version": _run(shop, "--version"),
            "help": _run(shop, "--help"),
            "cold": _run(shop, "report", "-q", "-o", folder / "a.json", *options),
            "json": _run(shop, "report", "-q", "-o", folder / "b.json", *options),
            "human": _run(shop, "report", *options),
            "sarif": _run(shop, "report", "-q", "-o", folder / "c.sarif", *options),
        }
        (shop / "uv.lock").write_text(_lock(("requests", "2.31.0")), encoding="utf-8")
        git(shop, "add", "-A")
        for _ in range(2):
            found["hook"] = _run(shop, "hook", *options, "uv.lock")
    return found


def _run(folder: Path, *words: object) -> frozenset[str]:
    told = folder.parent / "loaded"
    environment = unmeasured({name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ})
    environment |= {"HOME": str(folder.parent), "PIP_CONFIG_FILE": os.devnull, "LOADED": str(told)}
    command = [sys.executable, "-c", _TELLING, *map(str, words)]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), words
    return frozenset(told.read_text(encoding="utf-8").split("\n"))


@pytest.mark.parametrize("way", OURS)
def test_a_run_loads_the_modules_of_ours_that_it_uses(way: str, loaded: Loaded) -> None:
    prefix = "pysentry_hook."
    ours = {name.removeprefix(prefix) for name in loaded[way] if name.startswith(prefix)}
    assert (sorted(ours - OURS[way]), sorted(OURS[way] - ours)) == ([], [])


@pytest.mark.parametrize("way", OTHERS)
def test_a_run_loads_no_more_of_what_is_heavy_than_it_uses(way: str, loaded: Loaded) -> None:
    assert sorted((loaded[way] & HEAVY) - OTHERS[way]) == []
