"""A baseline that cannot be read is an incomplete audit that says so, and never an empty baseline."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.builders import a_record
from tests.e2e.repository import Repository, as_json, git, novelty
from tests.resolvers.index import Release, serve
from tests.upstream import Fault, Upstream

pytestmark = pytest.mark.unmeasured  # other tests measure what these run

FINDING = "requests 2.30.0 CVE-2099-0001"
LENIENT = ("--fail-on", "never")


def _failures(report: dict[str, Any]) -> list[tuple[str, str, str | None]]:
    return [(failure["kind"], failure["name"], failure["path"]) for failure in report["failures"]]


def _unknown_ref(shop: Repository) -> tuple[Path, str, str]:
    return shop.folder, "no-such-branch", "no-such-branch"


def _unknown_commit(shop: Repository) -> tuple[Path, str, str]:
    return shop.folder, "0" * 40, "0" * 10


def _option(shop: Repository) -> tuple[Path, str, str]:
    return shop.folder, "--output=x", "output"


def _unknown_merge_base(shop: Repository) -> tuple[Path, str, str]:
    return shop.folder, "nowhere...", "nowhere"


def _empty_range(shop: Repository) -> tuple[Path, str, str]:
    return shop.folder, "main..HEAD", "main..HEAD"


def _file(shop: Repository) -> tuple[Path, str, str]:
    return shop.folder, "HEAD:uv.lock", "HEAD:uv.lock"


def _no_commit_in_common(shop: Repository) -> tuple[Path, str, str]:
    git(shop.folder, "branch", "old")
    git(shop.folder, "switch", "-q", "--orphan", "other")
    shop.lock("requests 2.30.0", "six 1.16.0")
    shop.commit()
    return shop.folder, "old...", "old"


def _shallow_clone(shop: Repository) -> tuple[Path, str, str]:
    base = git(shop.folder, "rev-parse", "HEAD")
    shop.lock("requests 2.30.0", "idna 3.6")
    shop.commit()
    clone = shop.folder.parent / "clone"
    git(shop.folder.parent, "clone", "-q", "--depth", "1", shop.folder.as_uri(), clone)
    return clone, base, "shallow"


def _parent_in_a_shallow_clone(shop: Repository) -> tuple[Path, str, str]:
    clone, _, said = _shallow_clone(shop)
    return clone, "HEAD~1", said


def _no_repository(shop: Repository) -> tuple[Path, str, str]:
    folder = shop.folder.parent / "plain"
    folder.mkdir()
    (folder / "uv.lock").write_bytes((shop.folder / "uv.lock").read_bytes())
    return folder, "HEAD", "is not in a git repository"


def _no_commit_yet(shop: Repository) -> tuple[Path, str, str]:
    folder = shop.folder.parent / "fresh"
    folder.mkdir()
    git(folder, "init", "-q")
    (folder / "uv.lock").write_bytes((shop.folder / "uv.lock").read_bytes())
    return folder, "HEAD", "HEAD"


CASES = (
    _unknown_ref, _unknown_commit, _option, _unknown_merge_base, _empty_range, _file, _no_commit_in_common,
    _shallow_clone, _parent_in_a_shallow_clone, _no_repository, _no_commit_yet,
)  # fmt: skip
Case = Callable[[Repository], tuple[Path, str, str]]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__[1:])
def test_a_base_that_git_does_not_give_is_incomplete_and_nothing_counts_as_old(shop: Repository, case: Case) -> None:
    shop.lock("requests 2.30.0")
    shop.commit()
    folder, ref, said = case(shop)
    report = shop.report("--against", ref, "--only-introduced", *LENIENT, cwd=folder)
    assert report["exit"] == 3
    assert report["complete"] is False
    assert _failures(report) == [("baseline", ref, None)]
    assert said in report["failures"][0]["detail"]
    assert report["subject"]["baseline"] == {"ref": ref, "commit": None}
    assert novelty(report)[FINDING] == "unknown"
    blocked = shop.scan("--against", ref, "--only-introduced", cwd=folder)
    assert blocked.returncode == 1
    assert f"the baseline {ref} could not be read, so gate default judges everything" in blocked.stdout
    assert f"The audit is incomplete: baseline {ref} failed." in blocked.stdout.splitlines()[-1]
    assert f"failed    baseline {ref}: " in shop.scan("gate", "--against", ref, cwd=folder).stdout


def test_a_repository_without_findings_is_not_clean_where_its_base_is_missing(shop: Repository) -> None:
    shop.lock("requests 2.31.0")
    shop.commit()
    done = shop.scan("--against", "gone", "--only-introduced")
    assert done.returncode == 3
    assert "No known vulnerabilities" not in done.stdout
    assert "Incomplete: this is not a clean result" in done.stdout


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("version = 1\n[[package", "line 2: is not valid TOML"),
        ("version = 9\n", "lock version 9 is not supported"),
        ("\0", "line 1: "),
    ],
)
def test_a_damaged_lock_in_the_base_is_incomplete(shop: Repository, text: str, said: str) -> None:
    shop.write("uv.lock", text)
    shop.commit()
    shop.lock("requests 2.30.0")
    report = shop.report("--against", "HEAD", "--only-introduced", *LENIENT)
    assert (report["exit"], _failures(report)) == (3, [("baseline", "HEAD", "uv.lock")])
    assert report["failures"][0]["detail"].startswith(said)
    assert novelty(report) == {FINDING: "unknown"}
    assert report["subject"]["baseline"]["commit"]
    told = shop.scan("--against", "HEAD", "--only-introduced")
    assert told.returncode == 1
    assert "  failed  baseline HEAD (uv.lock): " in told.stdout


def test_one_damaged_lock_of_several_leaves_the_others_compared(shop: Repository) -> None:
    shop.lock("idna 3.4", folder="api")
    shop.write("web/uv.lock", "version = 9\n")
    shop.commit()
    shop.lock("requests 2.30.0", folder="web")
    report = shop.report("--recursive", "--against", "HEAD", *LENIENT)
    assert novelty(report) == {FINDING: "unknown", "idna 3.4 CVE-2099-0002": "existing"}
    assert _failures(report) == [("baseline", "HEAD", "web/uv.lock")]


def test_damaged_requirements_that_a_lock_replaces_are_incomplete(shop: Repository) -> None:
    shop.write("Pipfile.lock", "{")
    shop.commit()
    shop.remove("Pipfile.lock")
    shop.lock("requests 2.30.0")
    report = shop.report("--against", "HEAD", *LENIENT)
    assert (report["exit"], _failures(report)) == (3, [("baseline", "HEAD", "Pipfile.lock")])
    assert novelty(report) == {FINDING: "unknown"}


def test_a_file_that_the_base_includes_and_lacks_is_incomplete(shop: Repository) -> None:
    shop.write("requirements.txt", "-r base.txt\nidna==3.7\n")
    shop.commit()
    shop.write("base.txt", "requests==2.30.0\n")
    report = shop.report("--against", "HEAD", *LENIENT)
    assert report["exit"] == 3
    assert {kind for kind, _, _ in _failures(report)} == {"baseline"}
    assert novelty(report) == {FINDING: "unknown"}


def test_a_link_in_the_base_is_not_followed_and_not_taken_for_nothing(shop: Repository) -> None:
    shop.lock("requests 2.30.0", folder="other")
    (shop.folder / "uv.lock").symlink_to("other/uv.lock")
    shop.commit()
    report = shop.report("--against", "HEAD", *LENIENT)
    assert (report["exit"], _failures(report)) == (3, [("baseline", "HEAD", "uv.lock")])
    assert novelty(report) == {FINDING: "unknown"}


def test_a_version_of_the_baseline_without_an_answer_leaves_it_unknown(shop: Repository) -> None:
    records = [
        a_record("GHSA-aaaa-bbbb-0001", events=[{"introduced": "2.29.0"}, {"fixed": "2.31.0"}]),
        a_record("GHSA-aaaa-bbbb-0002", fixed="2.29.0"),
        a_record("GHSA-aaaa-bbbb-0003", "idna", fixed="3.7"),
    ]
    shop.lock("requests 2.28.0")
    shop.commit()
    shop.lock("requests 2.30.0", "idna 3.4")
    words = ("--against", "HEAD", "-f", "json", "--sources", "osv", *LENIENT)
    with Upstream(records, faults=[Fault("/v1/vulns/", only=["0002"])]) as upstream:
        quick = {"PYSENTRY_HOOK_HTTP_RETRY_INITIAL_BACKOFF": "0.001"}
        report = as_json(shop.run(*words, *upstream.options, cwd=shop.folder, env=quick))
        upstream.faults.clear()
        healthy = as_json(shop.run(*words, *upstream.options, cwd=shop.folder))
    expected = {"requests 2.30.0 GHSA-aaaa-bbbb-0001": "unknown", "idna 3.4 GHSA-aaaa-bbbb-0003": "introduced"}
    assert novelty(report) == expected
    assert report["exit"] == 3
    assert ("baseline", "HEAD", "uv.lock") in _failures(report)
    assert any("requests 2.28.0" in failure["detail"] for failure in report["failures"])
    assert report["coverage"]["checked"] == report["coverage"]["total"] == 2
    assert novelty(healthy) == dict.fromkeys(expected, "introduced")
    assert (healthy["exit"], healthy["failures"]) == (0, [])


def test_a_baseline_that_cannot_be_resolved_is_incomplete(shop: Repository, tmp_path: Path) -> None:
    shop.write("requirements.txt", "requests>=3\n")
    shop.commit()
    shop.write("requirements.txt", "requests==2.30.0\n")
    with serve([Release("requests", "2.30.0")]) as index:
        environment = {"UV_DEFAULT_INDEX": index.url, "UV_CACHE_DIR": str(tmp_path / "uv")}
        report = shop.report("--resolver", "uv", "--against", "HEAD", *LENIENT, env=environment)
    assert report["exit"] == 3
    assert _failures(report) == [("baseline", "HEAD", "requirements.txt")]
    assert "requests>=3" in report["failures"][0]["detail"]
    assert novelty(report) == {FINDING: "unknown"}
