"""What a change makes of the policy is told, whatever it changes."""

from datetime import date
from pathlib import Path

import pytest

from pysentry_hook.config.drift import drift
from pysentry_hook.config.files import Configuration, configuration
from pysentry_hook.config.flags import Flags
from pysentry_hook.config.settings import settle
from pysentry_hook.tree import FolderTree

TODAY = date(2026, 11, 22)
ACCEPTED = '[[suppressions]]\nid = "CVE-2099-1"\npackage = "idna"\nreason = "the path is closed"\nexpires = {}\n'


@pytest.fixture
def told(tmp_path: Path) -> "Told":
    return Told(tmp_path)


class Told:
    """Tells the difference between two configuration files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, before: str, now: str) -> tuple[str, ...]:
        old, new = self._read("before", before), self._read("now", now)
        policies = [settle(Flags(), {"HOME": str(self._folder)}, each, TODAY).policy for each in (old, new)]
        return drift(old, new, *policies)

    def _read(self, name: str, text: str) -> Configuration:
        folder = self._folder / name
        folder.mkdir()
        (folder / ".pysentry-hook.toml").write_text(text, encoding="utf-8")
        home = {"HOME": str(self._folder)}
        return configuration(Flags(), home, tree=FolderTree(folder), root=folder, folder="", today=TODAY)


def test_the_same_policy_in_other_words_is_no_change(told: Told) -> None:
    assert told('[defaults]\nunchecked = "warn"\n', "[defaults]\n# another comment\n") == ()


def test_a_higher_threshold_loosens_the_gates_that_it_reaches_and_a_lower_one_tightens_them(told: Told) -> None:
    before = '[gates.release]\nbranches = ["main"]\nfail_on = "low"\n'
    assert told(before, before.replace("low", "high")) == (
        "this change loosens gate release: fail_on is high, was low (.pysentry-hook.toml:3)",
    )


def test_a_default_that_reaches_every_gate_is_told_once(told: Told) -> None:
    (line,) = told("", '[defaults]\nunknown_severity = "warn"\n')
    assert line == (
        "this change loosens gate default and change and push: unknown_severity is warn, was block "
        "(.pysentry-hook.toml:2)"
    )


@pytest.mark.parametrize(
    ("before", "now", "line"),
    [
        ('fail_on = "low"', 'fail_on = "never"', "loosens every gate: fail_on is never, was low"),
        ('fail_on = "critical"', 'fail_on = "low"', "tightens every gate: fail_on is low, was critical"),
        ("", "only_fixable = true", "loosens every gate: only_fixable is true, was false"),
        ("", "grace_days = { low = 3 }", "loosens every gate: grace_days is low = 3, was none"),
        (
            "grace_days = { low = 3 }",
            "grace_days = { low = 1 }",
            "tightens every gate: grace_days is low = 1, was low = 3",
        ),
        ("", "max_data_age_hours = 24", "tightens every gate: max_data_age_hours is 24, was none"),
        ("", "require_reason = true", "tightens every gate: require_reason is true, was false"),
        ("", 'on_incomplete = "block"', "tightens gate commit and push: on_incomplete is block, was warn"),
        ("", "only_introduced = true", "loosens gate default and push: only_introduced is true, was false"),
        ("", 'unchecked = "block"', "tightens every gate: unchecked is block, was warn"),
    ],
)
def test_each_setting_of_a_gate_has_a_looser_side(told: Told, before: str, now: str, line: str) -> None:
    (found,) = told(f"[defaults]\n{before}\n", f"[defaults]\n{now}\n")
    assert found.startswith(f"this change {line}")


def test_a_threshold_of_a_scope_is_compared_with_that_of_its_gate(told: Told) -> None:
    what = "groups.dev.fail_on is critical"
    assert told("", '[groups.dev]\nfail_on = "critical"\n') == (
        f"this change loosens gate default and change and push: {what}, was medium (.pysentry-hook.toml:2)",
        f"this change loosens gate commit: {what}, was high (.pysentry-hook.toml:2)",
    )


def test_a_branch_that_is_judged_no_more_loosens(told: Told) -> None:
    gate = '[gates.release]\nbranches = ["main", "release/*"]\n'
    assert told(gate, gate.replace(', "release/*"', "")) == (
        "this change loosens gate release: it judges release/* no more",
    )


def test_a_new_gate_is_told_by_its_branches(told: Told) -> None:
    assert told("", '[gates.release]\nbranches = ["main"]\n') == (
        "this change tightens gate release: it judges main too",
    )


def test_a_risk_that_is_accepted_anew_is_told(told: Told) -> None:
    assert told("", ACCEPTED.format("2027-01-31")) == (
        "this change loosens what is accepted: CVE-2099-1 in idna until 2027-01-31 (.pysentry-hook.toml:1)",
    )


def test_an_accepted_risk_that_lasts_longer_loosens_and_one_that_goes_tightens(told: Told, tmp_path: Path) -> None:
    short, long = ACCEPTED.format("2027-01-31"), ACCEPTED.format("2027-06-30")
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert Told(tmp_path / "a")(short, long) == (
        "this change loosens what is accepted: CVE-2099-1 in idna until 2027-06-30, was until 2027-01-31",
    )
    assert Told(tmp_path / "b")(short, "") == ("this change tightens what is accepted: CVE-2099-1 in idna no more",)


def test_an_ignored_id_is_an_accepted_risk_without_an_end(told: Told) -> None:
    (line,) = told("", '[ignore]\nids = ["CVE-2099-1"]\n')
    assert line.startswith("this change loosens what is accepted: CVE-2099-1 without an end")


IDS, WHILE = (f'[ignore]\n{key} = ["CVE-2099-1"]\n' for key in ("ids", "while_no_fix"))
DAY = "until 2027-01-31"
REASONED = ACCEPTED.replace('package = "idna"\n', "").format("2027-01-31")


@pytest.mark.parametrize(
    ("before", "now", "word", "end"),
    [
        (WHILE, IDS, "loosens", "without an end, was until a fixed version is out"),
        (IDS, WHILE, "tightens", "until a fixed version is out, was without an end"),
        (IDS, REASONED, "tightens", "until 2027-01-31, was without an end"),
        (REASONED, IDS, "loosens", "without an end, was until 2027-01-31"),
        (REASONED + 'until = "fixed"\n', REASONED, "loosens", f"{DAY}, was {DAY} or a fixed version is out"),
        (WHILE, "", "tightens", "no more"),
    ],
)  # fmt: skip
def test_an_ignored_id_is_compared_by_how_long_it_is_accepted(
    told: Told, before: str, now: str, word: str, end: str
) -> None:
    assert told(before, now) == (f"this change {word} what is accepted: CVE-2099-1 {end}",)


@pytest.mark.parametrize(
    "now", [IDS + REASONED, '[ignore]\nids = ["cve-2099-1"]\n', IDS + 'while_no_fix = ["CVE-2099-1"]\n']
)
def test_what_is_accepted_as_long_as_before_is_no_change(told: Told, now: str) -> None:
    assert told(IDS, now) == ()


@pytest.mark.parametrize(
    "setting", ['[sources]\nprivate = ["acme-*"]', '[sources]\nenabled = ["osv"]', '[defaults]\nscope = "main"']
)
def test_what_is_scanned_and_asked_is_told_as_it_is(told: Told, setting: str) -> None:
    (line,) = told("", setting)
    assert line.startswith("this change sets ")
    assert line.endswith("was not set (.pysentry-hook.toml:2)")


@pytest.mark.parametrize("pin", [f"#sha256={'f' * 64}", ""])
def test_another_pin_of_a_database_is_told_and_no_secret_is(told: Told, pin: str) -> None:
    known = f"#sha256={'0' * 64}"
    setting = '[sources]\ndatabase = ["https://user:secret@a.example/a.db?token=secret{}"]\n'
    address = "https://a.example/a.db"
    assert told(setting.format(known), setting.format(pin)) == (
        f"this change sets sources.database: {address}{pin}, was {address}{known} (.pysentry-hook.toml:2)",
    )


def test_what_loosens_stands_first(told: Told) -> None:
    lines = told("", '[defaults]\nunchecked = "block"\nfail_on = "high"\n[sources]\nprivate = ["x"]\n')
    assert [line.split()[2] for line in lines] == ["loosens", "tightens", "sets"]
