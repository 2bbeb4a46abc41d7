"""`--against`: what a change brings in, told from what was there, in real repositories."""

import json
from pathlib import Path

import pytest

from pysentry_hook.resolvers import RESOLVERS
from tests.conftest import Run
from tests.e2e.repository import RECORDS, Repository, as_json, decisions, git, novelty
from tests.resolvers.index import Release, serve
from tests.upstream import Upstream

OLD, NEW = "requests 2.30.0 CVE-2099-0001", "idna 3.4 CVE-2099-0002"


def test_what_is_not_committed_yet_is_introduced_and_the_rest_is_older(shop: Repository) -> None:
    shop.lock("requests 2.30.0")
    base = shop.commit()
    shop.lock("requests 2.30.0", "idna 3.4")
    report = shop.report("--against", "HEAD", "--only-introduced")
    assert report["exit"] == 1
    assert novelty(report) == {OLD: "existing", NEW: "introduced"}
    assert decisions(report) == {"CVE-2099-0001": "pass", "CVE-2099-0002": "block"}
    assert report["subject"]["baseline"] == {"ref": "HEAD", "commit": base}
    assert report["gate"]["not_judged"] == 1
    assert report["complete"]
    told = shop.scan("--against", "HEAD", "--only-introduced").stdout
    assert "CVE-2099-0002  fixed in 3.7  new  blocks: fail_on is medium" in told
    assert "does not block: older than this change" in told
    assert "1 older finding not judged" in told.splitlines()[-1]


def test_without_only_introduced_all_is_judged_and_its_age_is_told(shop: Repository) -> None:
    shop.lock("requests 2.30.0")
    shop.commit()
    report = shop.report("--against", "HEAD")
    assert (report["exit"], novelty(report)) == (1, {OLD: "existing"})


def test_a_version_that_changed_and_is_affected_still_is_touched_and_does_not_block(shop: Repository) -> None:
    shop.lock("requests 2.29.0")
    shop.commit()
    shop.lock("requests 2.30.0")
    report = shop.report("--against", "HEAD", "--only-introduced")
    assert (report["exit"], novelty(report)) == (0, {OLD: "touched"})
    assert report["findings"][0]["verdict"]["reason"] == "older than this change, not yet fixed"
    assert (
        "1 of them in a version that changed, so not yet fixed"
        in shop.scan("--against", "HEAD", "--only-introduced").stdout
    )


def test_a_downgrade_introduces_what_the_version_before_did_not_have(shop: Repository) -> None:
    shop.lock("requests 2.30.0")
    shop.commit()
    shop.lock("requests 2.28.0")
    report = shop.report("--against", "HEAD", "--only-introduced", "--fail-on", "low")
    assert novelty(report) == {
        "requests 2.28.0 CVE-2099-0001": "touched",
        "requests 2.28.0 CVE-2099-0003": "introduced",
    }
    assert report["exit"] == 1


def test_a_fork_beside_a_vulnerable_version_is_no_new_finding(shop: Repository) -> None:
    shop.lock("requests 2.30.0")
    shop.commit()
    shop.lock("requests 2.30.0", "requests 2.29.0")
    report = shop.report("--against", "HEAD")
    assert novelty(report) == {OLD: "existing", "requests 2.29.0 CVE-2099-0001": "touched"}
    shop.lock("requests 2.31.0")
    shop.commit()
    shop.lock("requests 2.31.0", "requests 2.30.0")
    assert novelty(shop.report("--against", "HEAD")) == {OLD: "introduced"}


def test_a_commit_a_branch_and_the_place_where_it_was_left_are_three_baselines(shop: Repository) -> None:
    shop.lock("requests 2.30.0")
    left = shop.commit()
    git(shop.folder, "switch", "-q", "-c", "feature")
    shop.lock("requests 2.30.0", "idna 3.4")
    shop.commit()
    git(shop.folder, "switch", "-q", "main")
    shop.lock("requests 2.31.0")
    tip = shop.commit()
    git(shop.folder, "switch", "-q", "feature")
    found = {ref: shop.report("--against", ref) for ref in (left, left[:10], "main", "main...", "HEAD")}
    older = {OLD: "existing", NEW: "introduced"}
    assert {ref: novelty(report) for ref, report in found.items()} == {
        left: older,
        left[:10]: older,
        "main": {OLD: "introduced", NEW: "introduced"},
        "main...": older,
        "HEAD": {OLD: "existing", NEW: "existing"},
    }
    assert found["main"]["subject"]["baseline"]["commit"] == tip
    assert found["main..."]["subject"]["baseline"] == {"ref": "main...", "commit": left}


@pytest.mark.parametrize("more", [[], ["six 1.16.0"]], ids=["same", "changed"])
def test_a_lock_that_was_renamed_is_followed_and_the_report_says_so(shop: Repository, more: list[str]) -> None:
    shop.lock("requests 2.30.0", "attrs 23.1.0", folder="web")
    shop.commit()
    git(shop.folder, "mv", "web", "site")
    shop.lock("requests 2.30.0", "attrs 23.1.0", *more, folder="site")
    report = shop.report("site", "--against", "HEAD")
    assert novelty(report) == {OLD: "existing"}
    note = "site/uv.lock is compared with web/uv.lock of HEAD, from which it was renamed"
    assert note in report["hints"]
    assert note in shop.scan("site", "--against", "HEAD").stdout


def test_what_is_like_no_file_that_is_gone_is_new(shop: Repository) -> None:
    shop.lock("requests 2.30.0", "attrs 23.1.0", "six 1.16.0", folder="web")
    shop.commit()
    shop.remove("web")
    shop.lock("requests 2.30.0", "idna 3.4", folder="site")
    report = shop.report("site", "--against", "HEAD")
    assert set(novelty(report).values()) == {"introduced"}
    assert report["complete"]


def test_a_new_project_beside_an_old_one_is_introduced_whole(shop: Repository) -> None:
    shop.lock("requests 2.30.0", folder="web")
    shop.commit()
    shop.lock("requests 2.30.0", folder="api")
    report = shop.report("--recursive", "--against", "HEAD", "--only-introduced")
    by_path = {finding["location"]["path"]: finding["novelty"] for finding in report["findings"]}
    assert by_path == {"api/uv.lock": "introduced", "web/uv.lock": "existing"}
    assert (report["exit"], report["gate"]["blocking"]) == (1, 1)


def test_a_project_that_was_removed_leaves_no_trace(shop: Repository) -> None:
    shop.lock("requests 2.30.0", folder="web")
    shop.lock("idna 3.4", folder="api")
    shop.commit()
    shop.remove("api")
    report = shop.report("--recursive", "--against", "HEAD", "--only-introduced")
    assert (report["exit"], novelty(report), report["hints"]) == (0, {OLD: "existing"}, [])


@pytest.mark.parametrize("kept", [True, False], ids=["kept", "removed"])
def test_a_lock_is_compared_with_the_requirements_that_it_replaces(shop: Repository, *, kept: bool) -> None:
    pins = shop.write("requirements.txt", "requests==2.30.0\n")
    shop.commit()
    if not kept:
        pins.unlink()
    shop.lock("requests 2.30.0", "idna 3.4")
    report = shop.report("--against", "HEAD")
    assert novelty(report) == {OLD: "existing", NEW: "introduced"}
    assert report["hints"] == ["uv.lock is compared with requirements.txt of HEAD, which it replaces"]


DECLARING = '[project]\nname = "shop"\nversion = "1"\ndependencies = ["requests==2.30.0", "idna==3.4"]\n'


@pytest.mark.parametrize(
    ("pins", "expected", "hints"),
    [
        (None, "introduced", []),
        ("requests==2.30.0\n", "existing", ["requirements.txt of HEAD, which it replaces"]),
    ],
)
def test_a_manifest_that_declared_nothing_installed_nothing(
    shop: Repository, pins: str | None, expected: str, hints: list[str]
) -> None:
    """It can be read; what stood beside it and was read then tells what was installed."""
    shop.write("pyproject.toml", "[tool.ruff]\nline-length = 100\n")
    if pins:
        shop.write("requirements.txt", pins)
    shop.commit()
    shop.write("pyproject.toml", DECLARING)
    report = shop.report("--against", "HEAD", "--no-resolver", "--fail-on", "never")
    assert (report["exit"], report["failures"]) == (0, [])
    assert novelty(report) == {OLD: expected, NEW: "introduced"}
    assert [hint for hint in report["hints"] if "compared" in hint] == [
        f"pyproject.toml is compared with {hint}" for hint in hints
    ]


def test_a_manifest_whose_dependencies_were_dynamic_could_not_be_read(shop: Repository) -> None:
    shop.write("pyproject.toml", '[project]\nname = "shop"\nversion = "1"\ndynamic = ["dependencies"]\n')
    shop.commit()
    shop.write("pyproject.toml", DECLARING)
    report = shop.report("--against", "HEAD", "--no-resolver", "--fail-on", "never")
    assert (report["exit"], novelty(report)) == (3, {OLD: "unknown", NEW: "unknown"})
    assert [(each["kind"], each["path"]) for each in report["failures"]] == [("baseline", "pyproject.toml")]


def test_a_folder_below_the_root_is_compared_with_itself(shop: Repository) -> None:
    shop.lock("requests 2.30.0", "idna 3.4", folder="a space/web")
    shop.lock("requests 2.31.0")
    shop.commit()
    report = shop.report("--against", "HEAD", cwd=shop.folder / "a space" / "web")
    assert novelty(report) == {OLD: "existing", NEW: "existing"}
    assert novelty(shop.report("a space/web", "--against", "HEAD")) == {OLD: "existing", NEW: "existing"}


def test_a_file_that_another_includes_is_read_as_it_was(shop: Repository) -> None:
    shop.write("requirements.txt", "-r sub/base.txt\n")
    shop.write("sub/base.txt", "requests==2.31.0\n")
    shop.commit()
    shop.write("sub/base.txt", "requests==2.30.0\n")
    assert novelty(shop.report("--against", "HEAD")) == {OLD: "introduced"}


def test_a_workspace_member_is_compared_with_the_lock_of_the_workspace(shop: Repository) -> None:
    shop.write("pyproject.toml", '[project]\nname = "shop"\nversion = "1"\n[tool.uv.workspace]\nmembers = ["api"]\n')
    shop.write("api/pyproject.toml", '[project]\nname = "api"\nversion = "1"\ndependencies = ["requests"]\n')
    member = '[manifest]\nmembers = ["api", "shop"]\n\n[[package]]\nname = "api"\nversion = "1"\n'
    member += 'source = { editable = "api" }\ndependencies = [{ name = "requests" }]\n'

    def lock(*packages: str) -> None:
        text = shop.lock(*packages).read_text(encoding="utf-8")
        shop.write("uv.lock", text.replace("\n[[package]]", f"\n{member}\n[[package]]", 1))

    lock("requests 2.30.0")
    shop.commit()
    lock("requests 2.30.0", "idna 3.4")
    report = shop.report("--recursive", "--against", "HEAD")
    assert (report["complete"], report["coverage"]["unchecked"]) == (True, [])
    assert novelty(report) == {OLD: "existing", NEW: "introduced"}


def test_only_introduced_without_a_baseline_judges_everything_and_says_so(shop: Repository) -> None:
    shop.lock("requests 2.30.0")
    shop.commit()
    report = shop.report("--only-introduced")
    note = "there is no baseline to compare with (--against), so gate default judges everything"
    assert (report["exit"], novelty(report)) == (1, {OLD: "unknown"})
    assert report["gate"]["notes"] == [note]
    assert note in shop.scan("--only-introduced").stdout
    assert note in shop.scan("gate", "--only-introduced").stdout


def test_the_environment_names_a_baseline_as_well(shop: Repository) -> None:
    shop.lock("requests 2.30.0")
    shop.commit()
    variables = {"PYSENTRY_HOOK_AGAINST": "HEAD", "PYSENTRY_HOOK_DEFAULTS_ONLY_INTRODUCED": "true"}
    assert shop.report(env=variables)["exit"] == 0


def test_the_services_are_asked_about_the_versions_of_the_baseline(shop: Repository) -> None:
    shop.lock("requests 2.28.0")
    shop.commit()
    shop.lock("requests 2.30.0")
    with Upstream(RECORDS) as upstream:
        report = as_json(shop.run("--against", "HEAD", "-f", "json", *upstream.options, cwd=shop.folder))
        asked = {
            query["version"]
            for request in upstream.asked("/v1/querybatch")
            for query in json.loads(request.body)["queries"]
        }
    assert {"2.28.0", "2.30.0"} <= asked
    assert novelty(report) == {OLD: "touched"}
    assert report["coverage"]["total"] == report["coverage"]["checked"] == 1


@pytest.mark.parametrize("resolver", list(RESOLVERS))
def test_loose_requirements_of_the_baseline_are_resolved_too(shop: Repository, tmp_path: Path, resolver: str) -> None:
    releases = [Release("requests", "2.30.0"), Release("idna", "3.4")]
    shop.write("requirements.txt", "requests<2.31\n")
    shop.commit()
    shop.write("requirements.txt", "requests<2.31\nidna<3.7\n")
    with serve(releases) as index:
        environment = {
            "UV_DEFAULT_INDEX": index.url,
            "PIP_INDEX_URL": index.url,
            "UV_CACHE_DIR": str(tmp_path / "uv"),
            "PIP_CACHE_DIR": str(tmp_path / "pip"),
        }
        report = shop.report("--resolver", resolver, "--against", "HEAD", env=environment)
    assert novelty(report) == {OLD: "existing", NEW: "introduced"}
    assert report["complete"]


def test_a_repository_whose_first_commit_is_empty_has_everything_introduced(run: Run, shop: Repository) -> None:
    shop.commit()
    shop.lock("requests 2.30.0")
    assert novelty(shop.report("--against", "HEAD")) == {OLD: "introduced"}
