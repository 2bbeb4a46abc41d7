"""Real projects: a saved report, judged again, gives the verdict of the scan, whatever the policy."""

import json
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from pysentry_hook.baseline import Bases
from pysentry_hook.cache import LAYOUT, Cache, DiskCache
from pysentry_hook.commands.running import exit_code, saved_exit_code
from pysentry_hook.config.files import configuration
from pysentry_hook.config.flags import Flags
from pysentry_hook.config.saved import saved_policy
from pysentry_hook.config.settings import settle
from pysentry_hook.http import Http, Limits
from pysentry_hook.policy.judge import judge
from pysentry_hook.reading import audited, read_inputs
from pysentry_hook.report import Report, reported
from pysentry_hook.reports.json import render
from pysentry_hook.reports.look import Look
from pysentry_hook.reports.saved import read_report
from pysentry_hook.scan import Result, scan
from tests.conftest import Run
from tests.e2e.corpus import ADVISORIES, DATABASES, MERGED, Project, databases, index, marks

pytestmark = marks

POLICIES = {
    "strict": '[defaults]\nfail_on = "low"\nunchecked = "block"\non_incomplete = "block"\n',
    "lenient": '[defaults]\nfail_on = "critical"\nunknown_severity = "warn"\non_incomplete = "warn"\n',
    "fixable": (
        '[defaults]\nfail_on = "low"\nonly_fixable = true\ngrace_days = { low = 9000, medium = 700, high = 90 }\n'
    ),
    "scopes": '[defaults]\nfail_on = "never"\n[groups.dev]\nfail_on = "low"\n[groups.main]\nfail_on = "high"\n',
    "accepting": (
        '[defaults]\nrequire_reason = true\n[ignore]\npackages = ["jinja2"]\nids = ["CVE-2024-56201"]\n'
        '[[suppressions]]\nid = "CVE-2026-45409"\npackage = "idna"\nreason = "no names from outside"\n'
        'expires = 2026-12-01\n[[suppressions]]\nid = "CVE-2026-44431"\nreason = "until a fix is out"\n'
        'until = "fixed"\nexpires = 2026-12-01\n'
    ),
    "gates": (
        '[gates.release]\nbranches = ["main"]\nfail_on = "low"\n[gates.all]\nbranches = ["*"]\nunchecked = "block"\n'
        "[maintenance]\nforbid_archived = true\n"
    ),
}
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


class House(NamedTuple):
    """How a project is scanned in this process."""

    folder: Path
    policies: Path
    cache: Cache
    http: Http

    def scan(self, project: Project, policy: str | None) -> Result:
        """Scan a project by one policy, or by the built-in one."""
        flags = self.flags(policy)
        inputs = [self.folder / project["project"] / name for name in project["inputs"]]
        named = tuple(str(ADVISORIES / name) for name in DATABASES[MERGED])
        flags = flags._replace(advisory_db=named, offline=True, no_resolver=policy is not None)
        is_named = project["format"] == "requirements.txt"
        flags = flags._replace(requirements=tuple(inputs)) if is_named else flags._replace(paths=tuple(inputs))
        tree, folder = audited(inputs)
        files = configuration(flags, {}, tree=tree, root=tree.root, folder=folder, today=NOW.date())
        settings = settle(flags, {}, files, NOW.date())
        read = read_inputs(settings, tree)
        return scan(
            settings,
            read,
            Bases(),
            http=self.http,
            cache=self.cache,
            now=NOW,
            log=lambda _: None,
            progress=lambda _, after=0.0: nullcontext(),
        )

    def flags(self, policy: str | None) -> Flags:
        """What the command line says of a policy."""
        return Flags(no_config=True) if policy is None else Flags(config=self.policies / f"{policy}.toml")


@pytest.fixture(scope="module")
def house(projects: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    policies = tmp_path_factory.mktemp("policies")
    for name, text in POLICIES.items():
        (policies / f"{name}.toml").write_text(text, encoding="utf-8")
    cache = DiskCache(tmp_path_factory.mktemp("cache") / LAYOUT, lambda _: None)
    http = Http(Limits(), offline=True)
    yield House(projects, policies, cache, http)
    cache.close()
    http.close()


def judged(text: str, flags: Flags, branch: str | None = None) -> Report:
    """What `gate --report` makes of a saved report."""
    saved = read_report("report.json", text)
    policy, _ = saved_policy(saved.policy, flags, branch=branch)
    return reported(saved, policy, judge(saved, policy, NOW.date()))


def verdict(text: str) -> dict[str, Any]:
    document = json.loads(text)
    return {key: document[key] for key in ("complete", "findings", "coverage", "maintenance", "suppressions", "gate")}


def some(number: int) -> list[str]:
    """Two policies of a project, so that each policy judges a third of all projects."""
    names = [*POLICIES]
    return [names[(number + step) % len(names)] for step in (0, len(names) // 2)]


@pytest.mark.parametrize(
    ("project", "policies"),
    [(project, some(number)) for number, project in enumerate(index())],
    ids=[project["project"] for project in index()],
)
def test_a_saved_report_is_judged_as_the_scan_was_by_its_policy(
    house: House, project: Project, policies: list[str]
) -> None:
    result = house.scan(project, None)
    text = render(result.report, Look())
    again = judged(text, Flags())
    assert render(again, Look()) == text
    assert saved_exit_code(again) == exit_code(result, gating=True)
    base = render(house.scan(project, "gates").report, Look())
    for policy in policies:
        scanned = house.scan(project, policy)
        again = judged(base, Flags(config=house.policies / f"{policy}.toml"))
        assert verdict(render(again, Look())) == verdict(render(scanned.report, Look()))
        assert saved_exit_code(again) == exit_code(scanned, gating=True)
        assert render(judged(render(scanned.report, Look()), Flags()), Look()) == render(scanned.report, Look())


def test_the_policies_decide_differently_so_that_the_comparison_means_something(house: House) -> None:
    project = next(entry for entry in index() if "pdm.lock" in entry["inputs"])
    results = {policy: house.scan(project, policy).report.gate for policy in POLICIES}
    decisions = {tuple(verdict.decision for verdict in gate.verdicts) for gate in results.values()}
    assert len(decisions) >= 5
    text = render(house.scan(project, "gates").report, Look())
    assert judged(text, Flags(), branch="main").gate.names == ("all", "release")
    assert judged(text, Flags(), branch="topic").gate.names == ("all",)


SAMPLE = [entry for entry in index() if entry["format"] in {"uv.lock", "Pipfile.lock", "pylock.toml"}][::3]


@pytest.mark.parametrize("policy", ["strict", "accepting"])
@pytest.mark.parametrize("project", SAMPLE, ids=lambda project: project["project"])
def test_the_command_judges_a_saved_report_as_it_judged_the_scan(
    run: Run, house: House, tmp_path: Path, project: Project, policy: str
) -> None:
    words = ["--config", house.policies / f"{policy}.toml"]
    folder = house.folder / project["project"]
    scanned = run(folder, *databases(MERGED), "--offline", *words, "-o", "r.json", cwd=tmp_path)
    again = run("gate", "--report", "r.json", cwd=tmp_path)
    assert again.returncode == scanned.returncode
    assert (again.stderr, again.stdout.splitlines()[-1].split(" (")[0]) == (
        "",
        scanned.stdout.splitlines()[-1].split(" (")[0],
    )
