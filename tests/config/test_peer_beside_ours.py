"""Files of pysentry beside ours: unknown keys, values without meaning, and whose word counts."""

from pathlib import Path

import pytest

from pysentry_hook.errors import ConfigError
from pysentry_hook.model import Severity
from pysentry_hook.policy.gates import settle_gate
from tests.config.peer_files import EVERYWHERE, OURS, PEERS, PYPROJECT, gate, put
from tests.config.settling import configured, settled_in


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("default.fail_on = 'low'", "default is no setting of pysentry (did you mean defaults?)"),
        ("defaults.failon = 'low'", "defaults.failon is no setting of pysentry (did you mean defaults.fail_on?)"),
        ("defaults.only_fixable = true", "defaults.only_fixable is no setting of pysentry"),
        ("cache.dir = 'x'", "cache.dir is no setting of pysentry"),
        ("http.offline = true", "http.offline is no setting of pysentry"),
        ("groups.dev.failon = 'low'", "groups.dev.failon is no setting of pysentry (did you mean groups.dev.fail_on?)"),
        ("gates.release.fail_on = 'low'", "gates is no setting of pysentry"),
        ("suppressions = []", "suppressions is no setting of pysentry"),
        ("extends = 'x.toml'", "extends is no setting of pysentry"),
    ],
)
def test_an_unknown_key_warns_and_is_passed_over(
    line: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    put(tmp_path, PYPROJECT, f"{line}\ndefaults.fail_on = 'high'\n")
    settings = settled_in(tmp_path)
    (warning,) = settings.warnings
    assert warning.startswith(f"pyproject.toml:2: {message}")
    assert warning.endswith("; it was passed over")
    assert gate(settings, "fail_on") == "high"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        *((f"{key} = {value}", f"{key} = {value} is not one of low, medium, high, critical")
          for key in ("defaults.fail_on", "groups.dev.fail_on") for value in ("''", "'never'", "'Low'", "1")),
        ("defaults.fail_on = 'hihg'", "(did you mean high?)"),
        ("defaults.format = 'xml'", "defaults.format = 'xml' is not one of"),
        ("sources.enabled = []", "sources.enabled = [] names no source"),
        ("sources.fail_on_partial = 'yes'", "sources.fail_on_partial = 'yes' is neither true nor false"),
        ("sources.service_url = 'a'", "sources.service_url = 'a' is no http(s) URL"),
        ("http.timeout = 0", "http.timeout = 0 is not a number from"),
        ("ignore.ids = 'CVE-1'", "ignore.ids = 'CVE-1' is not a list of texts"),
        ("defaults = 3", "defaults is not a table"),
        ("groups = 3", "groups is not a table"),
        ("groups.dev = 3", "groups.dev is no table of a group or extra"),
        ("groups.'a b'.fail_on = 'low'", "groups.a b is no table of a group or extra"),
    ],
)  # fmt: skip
def test_a_value_without_meaning_is_an_error_and_never_means_never(
    line: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    put(tmp_path, PEERS, f"# from before\n{line}\n")
    with pytest.raises(ConfigError) as caught:
        configured(tmp_path)
    assert str(caught.value).startswith(".pysentry.toml:2: ")
    assert message in str(caught.value)


def test_a_package_that_is_none_is_an_error(tmp_path: Path) -> None:
    put(tmp_path, PEERS, "ignore.packages = ['a*']\n")
    with pytest.raises(ConfigError, match=r"ignore\.packages has 'a\*', which is no name of a package"):
        settled_in(tmp_path)


@EVERYWHERE
@pytest.mark.parametrize("ours", [OURS, PYPROJECT])
def test_ours_beats_theirs_key_by_key(name: str, ours: str, tmp_path: Path) -> None:
    head = "[tool.pysentry-hook]\n" if ours == PYPROJECT else ""
    put(tmp_path, name, "defaults.fail_on = 'low'\nhttp.timeout = 60\n")
    before = (tmp_path / ours).read_text(encoding="utf-8") if (tmp_path / ours).exists() else ""
    (tmp_path / ours).write_text(f"{before}{head}defaults.fail_on = 'high'\n", encoding="utf-8")
    settings = settled_in(tmp_path)
    assert (gate(settings, "fail_on"), settings.limits.read) == ("high", 60)


def test_ours_at_the_root_beats_theirs_that_is_nearer(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "app").mkdir()
    put(tmp_path / "app", PEERS, "defaults.fail_on = 'low'\n")
    put(tmp_path, OURS, "defaults.fail_on = 'high'\n")
    assert gate(settled_in(tmp_path / "app"), "fail_on") == "high"


def test_of_their_files_the_first_counts_alone(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "app").mkdir()
    (tmp_path / "home/pysentry").mkdir(parents=True)
    put(tmp_path / "home/pysentry", "config.toml", "output.quiet = true\n")
    put(tmp_path, PEERS, "http.timeout = 60\n")
    put(tmp_path / "app", PYPROJECT, "http.connect_timeout = 9\n")
    put(tmp_path / "app", PEERS, "defaults.fail_on = 'low'\n")
    home = {"XDG_CONFIG_HOME": str(tmp_path / "home")}
    assert configured(tmp_path / "app", home).settings().keys() == {"defaults.fail_on"}
    (tmp_path / "app" / PEERS).unlink()
    assert configured(tmp_path / "app", home).settings().keys() == {"http.connect_timeout"}
    (tmp_path / "app" / PYPROJECT).unlink()
    assert configured(tmp_path / "app", home).settings().keys() == {"http.timeout"}
    (tmp_path / PEERS).unlink()
    assert configured(tmp_path / "app", home).settings().keys() == {"output.quiet"}


def test_the_threshold_of_a_group_holds_for_what_only_it_brings_in(tmp_path: Path) -> None:
    put(tmp_path, PEERS, "defaults.fail_on = 'low'\ngroups.dev.fail_on = 'critical'\n")
    settled_gate = settle_gate(settled_in(tmp_path).policy, "default")
    assert settled_gate.threshold(frozenset(["dev"]))[0] is Severity.CRITICAL
    assert settled_gate.threshold(frozenset(["dev", "main"]))[0] is Severity.LOW
