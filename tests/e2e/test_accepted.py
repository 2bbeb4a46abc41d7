"""Accepted risks: in the configuration and beside a requirement; what ends, has ended, is unused or refused is told."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.e2e.repository import Repository, decisions

pytestmark = pytest.mark.unmeasured  # other tests measure what these run

TODAY = datetime.now(UTC).date()
FAR, SOON, OVER = (TODAY + timedelta(days=days) for days in (60, 7, -1))
REASON = "we never follow a redirect"


def accepted(expires: date = FAR, name: str = "CVE-2099-0001", **more: str) -> str:
    values = {"id": name, "reason": REASON, **more}
    lines = "".join(f'{key} = "{value}"\n' for key, value in values.items())
    return f"[[suppressions]]\n{lines}expires = {expires}\n"


def ids(report: Mapping[str, Any], kind: str) -> list[str]:
    return [entry["id"] for entry in report["suppressions"][kind]]


def kinds(report: Mapping[str, Any]) -> dict[str, list[str]]:
    return {kind: ids(report, kind) for kind in ("unused", "expired", "ending", "refused") if ids(report, kind)}


@pytest.fixture
def project(shop: Repository) -> Repository:
    """requests with a finding of high severity."""
    shop.lock("requests 2.30.0")
    return shop


def test_an_accepted_finding_stays_in_the_report_with_its_reason_and_place(project: Repository) -> None:
    project.write(".pysentry-hook.toml", accepted(package="requests", owner="platform"))
    report = project.report()
    assert (report["exit"], decisions(report), kinds(report)) == (0, {"CVE-2099-0001": "suppressed"}, {})
    (finding,) = report["findings"]
    assert finding["suppressed"] | {"expires": None} == {
        "id": "CVE-2099-0001",
        "package": "requests",
        "version": None,
        "group": None,
        "reason": REASON,
        "expires": None,
        "until": None,
        "owner": "platform",
        "rule": "suppressions",
        "origin": ".pysentry-hook.toml:1",
        "location": {"path": ".pysentry-hook.toml", "line": 1},
    }
    assert finding["suppressed"]["expires"] == FAR.isoformat()
    told = project.scan().stdout
    assert f"1 finding suppressed:\n  CVE-2099-0001 in requests 2.30.0  {REASON} (.pysentry-hook.toml:1)\n" in told
    assert told.splitlines()[-1] == "Gate default: passed (1 suppressed)."


@pytest.mark.parametrize(
    ("narrow", "decision"),
    [
        ({"name": "PYSEC-2099-1"}, "suppressed"),
        ({"package": "Requests"}, "suppressed"),
        ({"package": "idna"}, "block"),
        ({"version": "<2.31"}, "suppressed"),
        ({"version": "<2.30"}, "block"),
        ({"group": "main"}, "suppressed"),
        ({"group": "dev"}, "block"),
        ({"until": "fixed"}, "block"),
        ({"expires": TODAY}, "suppressed"),
        ({"expires": OVER}, "block"),
    ],
)
def test_a_suppression_covers_what_it_names_and_no_more(
    project: Repository, narrow: dict[str, Any], decision: str
) -> None:
    project.write(".pysentry-hook.toml", accepted(**narrow))
    report = project.report()
    assert (decisions(report), report["exit"]) == ({"CVE-2099-0001": decision}, int(decision == "block"))


def test_from_two_weeks_before_its_end_a_suppression_warns(project: Repository) -> None:
    project.write(".pysentry-hook.toml", accepted(SOON, package="requests", owner="platform"))
    assert kinds(project.report()) == {"ending": ["CVE-2099-0001"]}
    said = (
        f"warning: a suppression ends on {SOON}; from {SOON + timedelta(days=1)} gate default judges what it covers.\n"
        "  CVE-2099-0001 in requests 2.30.0, owner platform, .pysentry-hook.toml:1\n"
        f'  reason given: "{REASON}". There is a fixed release.\n'
        'Renew: pysentry-hook suppressions renew CVE-2099-0001 -p requests --reason "…" '
        f"--expires {TODAY + timedelta(days=90)}\n"
    )
    for words in ([], ["gate"]):
        done = project.scan(*words)
        assert said in done.stdout
        assert done.returncode == 0
    project.write(".pysentry-hook.toml", accepted(TODAY + timedelta(days=15)))
    assert kinds(project.report()) == {}


def test_one_that_has_ended_and_one_that_is_not_needed_are_told(project: Repository) -> None:
    project.write(".pysentry-hook.toml", accepted(OVER) + accepted(name="CVE-2099-0009") + accepted(package="idna"))
    report = project.report()
    assert report["exit"] == 1
    assert kinds(report) == {"expired": ["CVE-2099-0001"], "unused": ["CVE-2099-0009", "CVE-2099-0001"]}
    told = project.scan().stdout
    assert (
        f"warning: a suppression ended on {OVER}, and holds no more: CVE-2099-0001 (.pysentry-hook.toml:1). "
        "Renew or remove it.\n"
    ) in told
    assert (
        "Accepted and not found: CVE-2099-0009 (.pysentry-hook.toml:5), CVE-2099-0001 in idna (.pysentry-hook.toml:9)\n"
    ) in told


def test_what_is_ignored_without_a_reason_is_refused_where_one_is_required(project: Repository) -> None:
    project.write(".pysentry-hook.toml", '[ignore]\nids = ["CVE-2099-0001"]\n')
    report = project.report()
    assert (report["exit"], decisions(report)) == (0, {"CVE-2099-0001": "suppressed"})
    assert "no reason given (.pysentry-hook.toml:2)" in project.scan().stdout
    for words in ([], ["--ignore", "CVE-2099-0001"]):
        strict = project.report(*words, env={"PYSENTRY_HOOK_DEFAULTS_REQUIRE_REASON": "true"})
        assert (strict["exit"], decisions(strict)) == (1, {"CVE-2099-0001": "block"})
        assert set(ids(strict, "refused")) == {"CVE-2099-0001"}
    told = project.scan(env={"PYSENTRY_HOOK_DEFAULTS_REQUIRE_REASON": "true"}).stdout
    assert "warning: CVE-2099-0001 is ignored without a reason (.pysentry-hook.toml:2)" in told


def test_variables_and_packages_ignore_as_well(project: Repository) -> None:
    for name, value in (
        ("IGNORE_IDS", "CVE-1999-1,cve-2099-0001"),
        ("IGNORE_PACKAGES", "requests"),
        ("IGNORE_WHILE_NO_FIX", "PYSEC-2099-1"),
    ):
        report = project.report(env={f"PYSENTRY_HOOK_{name}": value})
        assert decisions(report)["CVE-2099-0001"] == ("block" if name.endswith("NO_FIX") else "suppressed")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (accepted().replace(REASON, "TBD"), "3: suppressions.reason: 'TBD' is no reason"),
        (accepted().replace(REASON, "todo find out why"), "3: suppressions.reason: 'todo find out why' is a placehold"),
        (accepted(TODAY + timedelta(days=400)), "4: suppressions.expires: "),
        (accepted().replace("expires", "expiry"), "4: suppressions.expiry is no setting (did you mean expires?)"),
        ('[[suppressions]]\nid = "CVE-2099-0001"\n', "1: suppressions.reason is missing"),
        (accepted(version="two"), "4: suppressions.version = 'two' is no version specifier"),
    ],
)
def test_a_suppression_without_meaning_is_named_with_its_line(project: Repository, text: str, said: str) -> None:
    project.write(".pysentry-hook.toml", text)
    done = project.scan()
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith(f"error: .pysentry-hook.toml:{said}")


PIN = "requests==2.30.0"
HASHED = f"{PIN} \\\n    --hash=sha256:{'0' * 64} \\\n    --hash=sha256:{'1' * 64}"
REMARK = f"# pysentry: ignore[CVE-2099-0001] until {FAR}: {REASON}"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"{PIN}  {REMARK}\n", 1),
        (f"idna==3.7\n{PIN}  {REMARK.replace('CVE-2099-0001', 'CVE-1999-1, pysec-2099-1')}\n", 2),
        (f"{HASHED}  {REMARK}\n    # via shop\n", 1),
        (f"{PIN} ; python_version > '3'  {REMARK.replace('pysentry:', 'pysentry-hook:')}", 1),
        (f"{PIN}  # via shop  {REMARK}\n", 1),
    ],
)
def test_a_comment_behind_a_requirement_accepts_what_it_names(shop: Repository, text: str, line: int) -> None:
    shop.write("requirements.txt", text)
    report = shop.report()
    assert (report["exit"], decisions(report)) == (0, {"CVE-2099-0001": "suppressed"})
    suppressed = report["findings"][0]["suppressed"]
    assert (suppressed["reason"], suppressed["expires"]) == (REASON, FAR.isoformat())
    assert suppressed["location"] == {"path": "requirements.txt", "line": line}
    assert f"{REASON} (requirements.txt:{line})" in shop.scan().stdout


def test_a_comment_in_an_included_file_counts_for_its_own_package(shop: Repository) -> None:
    shop.write("requirements.txt", f"-r sub/base.txt\nidna==3.4  {REMARK}\n")
    shop.write("sub/base.txt", f"{PIN}  {REMARK}\n")
    report = shop.report()
    assert decisions(report) == {"CVE-2099-0001": "suppressed", "CVE-2099-0002": "block"}
    assert report["findings"][1]["suppressed"]["location"] == {"path": "sub/base.txt", "line": 1}
    assert [entry["package"] for entry in report["suppressions"]["unused"]] == ["idna"]
    listed = shop.run("suppressions", "list", cwd=shop.folder)
    assert f"{FAR}  CVE-2099-0001 in requests  sub/base.txt:1\n" in listed.stdout


@pytest.mark.parametrize(
    "remark",
    [
        f"# pysentry: ignore[CVE-2099-0001] until 2026-13-01: {REASON}",
        f"# pysentry: ignore[CVE-2099-0001] until {TODAY + timedelta(days=400)}: {REASON}",
        f"# pysentry: ignore[CVE-2099-0001] until {FAR}: TBD",
        f"# pysentry: ignore[CVE-2099-0001]: {REASON}",
        f"# pysentry: ignore[] until {FAR}: {REASON}",
        f"# pysentry: ignore[a b] until {FAR}: {REASON}",
        "# pysentry: ignore",
    ],
)
def test_a_comment_that_cannot_be_read_is_named_with_its_line_and_nothing_is_judged(
    shop: Repository, remark: str
) -> None:
    shop.write("sub/base.txt", f"# a comment\n{PIN}  {remark}\n")
    shop.write("requirements.txt", "-r sub/base.txt\n")
    done = shop.scan()
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith("error: sub/base.txt:2: ")


def test_a_comment_ends_as_any_suppression_does(shop: Repository) -> None:
    shop.write("requirements.txt", f"{PIN}  {REMARK.replace(str(FAR), str(OVER))}\n")
    report = shop.report()
    assert (report["exit"], kinds(report)) == (1, {"expired": ["CVE-2099-0001"]})
    shop.write("requirements.txt", f"{PIN}  {REMARK.replace(str(FAR), str(SOON))}\n")
    report = shop.report()
    assert (report["exit"], kinds(report)) == (0, {"ending": ["CVE-2099-0001"]})
    assert "Renew: write another day into the comment at requirements.txt:1\n" in shop.scan().stdout


def test_a_comment_of_somebody_else_says_nothing(shop: Repository) -> None:
    shop.write("requirements.txt", f"{PIN}  # noqa: ignore[CVE-2099-0001] for now\n")
    assert shop.report()["exit"] == 1
