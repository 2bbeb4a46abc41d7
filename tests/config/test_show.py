"""What `config show` prints is a file of ours: it says where each value comes from, and means the same again."""

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from pysentry_hook.config.settings import Settings
from pysentry_hook.policy.choice import choose, known_gates
from pysentry_hook.policy.gates import CHANGE, settle_gate
from pysentry_hook.rules import Occasion, Rule
from tests.config.settling import settled_in
from tests.conftest import Run

OURS, PEERS = ".pysentry-hook.toml", ".pysentry.toml"
SUPPRESSION = """[[suppressions]]
id = "CVE-2099-1"
package = "idna"
version = "<4"
group = "dev"
reason = "we \\"never\\" parse # those"
expires = 2020-01-01
until = "fixed"
owner = "the team"
"""
RELEASE = '[gates.release]\nbranches = ["main", "release/*"]\nfail_on = "low"\ngroups.dev.fail_on = "critical"\n'
EVERYTHING = f"""
[defaults]
format = "json"
groups = ["dev", "docs"]
grace_days = {{ low = 30, unknown = 2 }}
max_data_age_hours = 36.5
[sources]
private = ["acme-*"]
required = ["pypi", "osv"]
database = ["advisories.db", "https://a.example/a.db#sha256={"0" * 64}"]
[http]
timeout = 3.25
max_retries = 7
[ignore]
ids = ["CVE-2099-7"]
while_no_fix = ["CVE-2099-8"]
packages = ["six"]
[maintenance]
forbid_archived = true
[groups.docs]
fail_on = "never"
[gates."of the night"]
{RELEASE}{SUPPRESSION}"""


def meaning(settings: Settings) -> Mapping[str, object]:
    """All that settings come to, without where it comes from."""
    policy = settings.policy
    gates = {name: settle_gate(policy, name).values() for name in known_gates(policy)}
    built = (Occasion(event, "main", target, "") for event, target in (("push", None), ("change", "main")))
    chosen = [choose(replace(policy, named=None, occasion=each)).gates for each in built]
    return settings._asdict() | {
        "policy": {
            **gates,
            "as": {name: settle_gate(policy, CHANGE, like=name).values() for name in gates},
            "chosen": [[(gate.name, gate.values()) for gate in each] for each in chosen],
            "suppressions": {replace(each, rule=Rule(each.rule.key, "", "")) for each in policy.suppressions},
            "maintenance": {key: stated.value for key, stated in policy.maintenance.items()},
        },
        "policy_files": (),
        "warnings": (),
        "trusted_mirrors": (),  # no file of a project makes a mirror one
    }  # fmt: skip


@pytest.mark.parametrize(
    ("files", "environment"),
    [
        ({}, {}),
        ({OURS: RELEASE}, {}),
        ({OURS: RELEASE + SUPPRESSION}, {"DEFAULTS_FAIL_ON": "high", "GATES_CHANGE_FAIL_ON": "medium"}),
        ({OURS: EVERYTHING, "advisories.db": ""}, {}),
        ({OURS: f'extends = "base.toml"\n{RELEASE}', "base.toml": '[defaults]\nfail_on = "low"\nunchecked = "block"\n'},
         {}),
        ({OURS: RELEASE, "floor.toml": '[gates.release]\nfail_on = "low"\nunchecked = "block"\n'},
         {"POLICY_FLOOR": "floor.toml"}),
        ({PEERS: '[sources]\nfail_on_partial = true\nenabled = ["pypi"]\n[groups.dev]\nfail_on = "low"\n'}, {}),
        ({}, {"SOURCES_MIRRORS": "https://a.example/simple", "GROUPS_DEV_FAIL_ON": "critical",
              "GATES_COMMIT_GRACE_DAYS": "low=3", "DEFAULTS_GRACE_DAYS": "low=5,high=1", "IGNORE_IDS": "CVE-1-1"}),
    ],
)  # fmt: skip
def test_what_is_shown_means_the_same_when_it_is_loaded(
    files: dict[str, str], environment: dict[str, str], run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    for folder in (before, after):
        folder.mkdir()
        for name, text in files.items():
            if folder is before or not name.startswith(".pysentry"):
                (folder / name).write_text(text, encoding="utf-8")
    said = {f"PYSENTRY_HOOK_{key}": value for key, value in environment.items()}
    done = run("config", "show", cwd=before, env=said)
    assert done.returncode == 0, done.stderr
    tomllib.loads(done.stdout)
    (after / OURS).write_text(done.stdout, encoding="utf-8")
    monkeypatch.chdir(before)
    expected = meaning(settled_in(before, said))
    monkeypatch.chdir(after)
    assert meaning(settled_in(after)) == expected
    assert run("config", "validate", cwd=after).returncode == 0


def test_what_nobody_said_is_a_comment(run: Run) -> None:
    done = run("config", "show")
    assert {table: keys for table, keys in tomllib.loads(done.stdout).items() if keys} == {}
    lines = done.stdout.splitlines()
    assert "# required: not set   # default; PYSENTRY_HOOK_SOURCES_REQUIRED" in lines
    assert "# [gates.change]   # thresholds of the gate of the target branch" in lines


def test_what_no_file_of_a_project_may_say_is_a_comment(run: Run, tmp_path: Path) -> None:
    done = run("config", "show", env={"PYSENTRY_HOOK_GATE": "push", "PYSENTRY_HOOK_RESOLVER_ALLOW_BUILD": "1"})
    lines = done.stdout.splitlines()
    assert '# gate = "push"   # PYSENTRY_HOOK_GATE; no file may say it' in lines
    assert "# allow_build = true   # PYSENTRY_HOOK_RESOLVER_ALLOW_BUILD; no file of a project may say it" in lines


def test_a_file_whose_name_would_end_a_comment_does_not(run: Run, tmp_path: Path) -> None:
    name = 'a\nfail_on = "never".toml'
    (tmp_path / name).write_text('[defaults]\nfail_on = "low"\n', encoding="utf-8")
    done = run("config", "show", name)
    assert tomllib.loads(done.stdout)["defaults"] == {"fail_on": "low"}
