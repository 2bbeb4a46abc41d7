"""What files extend, and the floor: where several speak of a gate, the strictest holds."""

from pathlib import Path

import pytest

from pysentry_hook.errors import ConfigError
from pysentry_hook.policy.gates import settle_gate
from tests.config.settling import configured, settled_in
from tests.conftest import Run

OURS = ".pysentry-hook.toml"


def put(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def a_gate(folder: Path, key: str, name: str = "default", **flags: object) -> tuple[object, str]:
    """The value of a key of a gate, and where it comes from."""
    stated = settle_gate(settled_in(folder, **flags).policy, name).settings[key]
    return stated.value, stated.origin


def the_error(folder: Path, monkeypatch: pytest.MonkeyPatch, **flags: object) -> str:
    monkeypatch.chdir(folder)
    with pytest.raises(ConfigError) as caught:
        configured(folder, **flags)
    return str(caught.value)


def test_the_stricter_of_a_file_and_its_base_holds_for_each_key(tmp_path: Path) -> None:
    put(
        tmp_path / OURS,
        'extends = "policy/base.toml"\n'
        '[defaults]\nfail_on = "high"\nunchecked = "block"\ngrace_days = { low = 30, high = 2 }\nonly_fixable = true\n',
    )
    put(
        tmp_path / "policy/base.toml",
        '[defaults]\nfail_on = "low"\nunchecked = "warn"\n'
        "grace_days = { low = 10, medium = 5 }\nonly_fixable = false\n",
    )
    assert a_gate(tmp_path, "fail_on") == ("low", "policy/base.toml:2")
    assert a_gate(tmp_path, "unchecked") == ("block", ".pysentry-hook.toml:4")
    assert a_gate(tmp_path, "grace_days") == ({"low": 10, "high": 0}, "policy/base.toml:4")
    assert a_gate(tmp_path, "only_fixable") == (False, "policy/base.toml:5")


def test_a_base_is_the_layer_below_for_what_decides_no_gate(tmp_path: Path) -> None:
    put(tmp_path / OURS, 'extends = "base.toml"\n[http]\ntimeout = 3\n')
    put(tmp_path / "base.toml", '[http]\ntimeout = 9\ndeadline = 50\n[sources]\nprivate = ["acme-*"]\n')
    settings = settled_in(tmp_path)
    assert (settings.limits.read, settings.limits.overall, settings.private) == (3, 50, ("acme-*",))


def test_a_base_may_have_a_base_and_the_strictest_of_all_holds(tmp_path: Path) -> None:
    put(tmp_path / "app" / OURS, 'extends = "../one.toml"\n[defaults]\nfail_on = "critical"\n')
    put(tmp_path / "one.toml", 'extends = "policies/two.toml"\n[defaults]\nfail_on = "high"\n')
    put(tmp_path / "policies/two.toml", 'extends = "three.toml"\n[gates.release]\nfail_on = "low"\n')
    put(tmp_path / "policies/three.toml", '[defaults]\nfail_on = "medium"\nrequire_reason = true\n')
    (tmp_path / ".git").mkdir()
    assert a_gate(tmp_path / "app", "fail_on") == ("medium", "policies/three.toml:2")
    assert a_gate(tmp_path / "app", "fail_on", "release") == ("low", "policies/two.toml:3")
    assert a_gate(tmp_path / "app", "require_reason") == (True, "policies/three.toml:3")
    paths = ["app/.pysentry-hook.toml", "one.toml", "policies/two.toml", "policies/three.toml"]
    assert [file.path for file in configured(tmp_path / "app").files] == paths


def test_the_environment_loosens_no_base(tmp_path: Path) -> None:
    put(tmp_path / OURS, 'extends = "base.toml"\n')
    put(tmp_path / "base.toml", '[defaults]\nfail_on = "low"\n')
    policy = settled_in(tmp_path, {"PYSENTRY_HOOK_DEFAULTS_FAIL_ON": "never"}).policy
    assert settle_gate(policy, "default").settings["fail_on"].value == "low"


def test_a_base_in_a_pyproject_is_its_table(tmp_path: Path) -> None:
    put(tmp_path / "app/pyproject.toml", '[tool.pysentry-hook]\nextends = "../pyproject.toml"\n')
    put(tmp_path / "pyproject.toml", '[project]\nname = "x"\n[tool.pysentry-hook.defaults]\nfail_on = "low"\n')
    put(tmp_path / ".git/HEAD", "")
    assert a_gate(tmp_path / "app", "fail_on") == ("low", "pyproject.toml:4")


def test_suppressions_of_a_base_hold(tmp_path: Path) -> None:
    put(tmp_path / OURS, 'extends = "base.toml"\n')
    put(tmp_path / "base.toml", '[[suppressions]]\nid = "CVE-2099-1"\nreason = "a b c"\nexpires = 2027-01-31\n')
    (entry,) = settled_in(tmp_path).policy.suppressions
    assert (entry.id, entry.rule.origin) == ("CVE-2099-1", "base.toml:1")


def test_the_base_of_a_users_file_stands_anywhere(tmp_path: Path) -> None:
    put(tmp_path / "home/pysentry-hook/config.toml", f'extends = "{"../" * 2}company.toml"\n')
    put(tmp_path / "company.toml", '[defaults]\nfail_on = "low"\n')
    (tmp_path / "project").mkdir()
    found = configured(tmp_path / "project", {"XDG_CONFIG_HOME": str(tmp_path / "home")})
    assert found.settings()["defaults.fail_on"].origin == f"{(tmp_path / 'company.toml').as_posix()}:2"


@pytest.mark.parametrize(
    ("extends", "message"),
    [
        ("none.toml", "extends 'none.toml', which is not there"),
        (OURS, "extends '.pysentry-hook.toml', which leads back to itself"),
        ("../base.toml", "extends '../base.toml', which is no file of this repository"),
        ("a/../../base.toml", "extends 'a/../../base.toml', which is no file of this repository"),
        ("/etc/base.toml", "extends '/etc/base.toml', which is no file of this repository"),
        ("https://a.example/base.toml", "which is no file of this repository"),
        ("pyproject.toml", "extends 'pyproject.toml', which holds no table [tool.pysentry-hook]"),
    ],
)
def test_a_base_that_cannot_be_read_is_an_error_with_the_line_that_names_it(
    extends: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "base.toml", '[defaults]\nfail_on = "low"\n')
    put(tmp_path / "repo" / OURS, f'# policy\nextends = "{extends}"\n')
    put(tmp_path / "repo/pyproject.toml", '[project]\nname = "x"\n')
    told = the_error(tmp_path / "repo", monkeypatch)
    assert told.startswith(".pysentry-hook.toml:2: ")
    assert message in told


def test_a_link_leads_no_base_out_of_the_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "secret.toml", '[defaults]\nfail_on = "never"\n')
    put(tmp_path / "repo" / OURS, 'extends = "link.toml"\n')
    try:
        (tmp_path / "repo/link.toml").symlink_to("../secret.toml")
    except OSError:
        pytest.skip("this system lets no user make links")
    assert "link.toml" in the_error(tmp_path / "repo", monkeypatch)


@pytest.mark.parametrize("length", [2, 3])
def test_bases_in_a_circle_are_an_error(length: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / OURS, 'extends = "0.toml"\n')
    for number in range(length):
        put(tmp_path / f"{number}.toml", f'extends = "{(number + 1) % length}.toml"\n')
    assert the_error(tmp_path, monkeypatch) == (
        f"{length - 1}.toml:1: extends '0.toml', which leads back to itself; take one of them out"
    )


def test_a_row_of_bases_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / OURS, 'extends = "0.toml"\n')
    for number in range(20):
        put(tmp_path / f"{number}.toml", f'extends = "{number + 1}.toml"\n')
    assert the_error(tmp_path, monkeypatch).endswith(": more than 10 files in a row; join some")


def test_an_error_in_a_base_has_the_base_and_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / OURS, 'extends = "policy/base.toml"\n')
    put(tmp_path / "policy/base.toml", "\n[defaults]\nfail_on = ''\n")
    assert the_error(tmp_path, monkeypatch).startswith("policy/base.toml:3: defaults.fail_on = '' is not one of")


FLOOR = '[defaults]\nfail_on = "medium"\nunchecked = "block"\n[groups.dev]\nfail_on = "high"\n'


@pytest.mark.parametrize(
    ("text", "flags", "expected", "origin"),
    [
        ("", {}, "medium", "built-in gate default"),
        ('[defaults]\nfail_on = "never"\n', {}, "medium", "floor.toml:2"),
        ('[defaults]\nfail_on = "low"\n', {}, "low", ".pysentry-hook.toml:2"),
        ('[defaults]\nfail_on = "low"\n', {"fail_on": "critical"}, "medium", "floor.toml:2"),
        ("", {"fail_on": "never"}, "medium", "floor.toml:2"),
        ("", {"fail_on": "low"}, "low", "--fail-on"),
    ],
)
def test_nobody_loosens_the_floor_and_anybody_may_be_stricter(
    text: str, flags: dict[str, str], expected: str, origin: str, tmp_path: Path
) -> None:
    put(tmp_path / "project" / OURS, text)
    put(tmp_path / "floor.toml", FLOOR)
    policy = settled_in(tmp_path / "project", policy_floor=tmp_path / "floor.toml", **flags).policy
    stated = settle_gate(policy, "default").settings["fail_on"]
    assert (stated.value, Path(stated.origin).name if ".toml" in stated.origin else stated.origin) == (expected, origin)


def test_the_floor_holds_without_files_by_the_environment_and_for_groups(tmp_path: Path) -> None:
    put(tmp_path / "floor.toml", FLOOR)
    environment = {
        "PYSENTRY_HOOK_POLICY_FLOOR": str(tmp_path / "floor.toml"),
        "PYSENTRY_HOOK_DEFAULTS_FAIL_ON": "never",
        "PYSENTRY_HOOK_GROUPS_DEV_FAIL_ON": "never",
    }
    gate = settle_gate(settled_in(tmp_path, environment, no_config=True, only_introduced=True).policy, "commit")
    assert [gate.settings[key].value for key in ("fail_on", "groups.dev.fail_on", "unchecked", "only_introduced")] == [
        "medium", "high", "block", True,
    ]  # fmt: skip


def test_the_floor_is_in_the_list_of_the_files_that_decide(tmp_path: Path) -> None:
    put(tmp_path / "floor.toml", FLOOR)
    found = configured(tmp_path, policy_floor=tmp_path / "floor.toml")
    assert [file.path for file in found.files] == [(tmp_path / "floor.toml").as_posix()]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "--policy-floor floor.toml: no such file"),
        ("", "--policy-floor floor.toml: says nothing"),
        ("[defaults]\n", "--policy-floor floor.toml: says nothing"),
        ('[defaults]\nfail_on = "low"\nformat = "json"\n', "--policy-floor floor.toml: format: a floor holds"),
        ("[http]\noffline = true\n", "--policy-floor floor.toml: http.offline: a floor holds"),
        ('extends = "a.toml"\n', "--policy-floor floor.toml: extends: a floor holds"),
        ('[[suppressions]]\nid = "CVE-1-1"\nreason = "a b c"\nexpires = 2027-01-31\n',
         "--policy-floor floor.toml: suppressions: a floor holds"),
        ('[defaults]\nfail_on = ""\n', "floor.toml:2: defaults.fail_on = '' is not one of"),
        ("[defaults\n", "floor.toml:1: is not valid TOML"),
    ],
)  # fmt: skip
def test_a_floor_that_holds_something_else_is_an_error(
    text: str | None, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if text is not None:
        put(tmp_path / "floor.toml", text)
    assert the_error(tmp_path, monkeypatch, policy_floor=Path("floor.toml")).startswith(message)


def test_no_file_of_a_project_names_the_floor(run: Run, tmp_path: Path) -> None:
    put(tmp_path / OURS, 'policy_floor = "floor.toml"\n')
    done = run("config", "validate")
    assert done.returncode == 2
    assert done.stderr.startswith("error: .pysentry-hook.toml:1: policy_floor is not taken from a file")
