"""`config init, show, validate, path`, through the command itself."""

import re
import tomllib
from pathlib import Path

import pytest

from pysentry_hook.policy.gates import settle_gate
from tests.config.settling import settled, settled_in
from tests.conftest import Run

OURS, PYPROJECT = ".pysentry-hook.toml", "pyproject.toml"
KINDS = pytest.mark.parametrize("kind", ["--minimal", "--full"])
PLACES = pytest.mark.parametrize("name", [OURS, PYPROJECT])


@KINDS
@PLACES
def test_a_new_file_is_valid_and_changes_nothing(kind: str, name: str, run: Run, tmp_path: Path) -> None:
    done = run("config", "init", kind, "-o", name)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == f"Wrote {name}. See what holds now: pysentry-hook config show\n"
    assert settled_in(tmp_path)._replace(policy_files=()) == settled()
    assert run("config", "validate").stdout.splitlines() == [
        f"{name}: valid",
        "0 settings, no gate of its own, 0 suppressions",
    ]


@KINDS
@PLACES
def test_a_new_file_with_all_its_settings_in_force_changes_nothing_either(
    kind: str, name: str, run: Run, tmp_path: Path
) -> None:
    run("config", "init", kind, "-o", name)
    text = (tmp_path / name).read_text(encoding="utf-8")
    settings, mark, rest = text.partition("# A gate of its own")
    said = re.sub(r"^# (\w+ = )", r"\1", settings, flags=re.MULTILINE)
    assert said.count("\n#") < settings.count("\n#")
    (tmp_path / name).write_text(said + mark + rest, encoding="utf-8")
    now, before = settled_in(tmp_path), settled()
    assert now._replace(policy_files=(), policy=before.policy, severity=None) == before
    here, there = (settle_gate(each.policy, "default").values() for each in (now, before))
    assert here == there
    maintenance = [{key: s.value for key, s in each.policy.maintenance.items()} for each in (now, before)]
    assert maintenance[0] == maintenance[1]


@PLACES
def test_the_examples_of_a_new_file_are_valid_once_their_signs_are_gone(name: str, run: Run, tmp_path: Path) -> None:
    run("config", "init", "--full", "-o", name)
    text = (tmp_path / name).read_text(encoding="utf-8")
    settings, mark, rest = text.partition("# A gate of its own")
    examples = re.sub(r"^# (\[|\w+ = )", r"\1", rest, flags=re.MULTILINE)
    # whenever this runs, the end that stands in the example may be far away or past
    examples = re.sub(r"^expires = .*?(?=  #)", "expires = 2027-01-01", examples, flags=re.MULTILINE)
    (tmp_path / name).write_text(settings + mark + examples, encoding="utf-8")
    found = settled_in(tmp_path).policy
    assert found.own.gates["release"]["branches"].value == ("main", "release/*")
    assert found.own.defaults["groups.dev.fail_on"].value == "critical"
    (entry,) = found.suppressions
    assert (entry.package, entry.version, entry.group, entry.until_fixed, entry.owner) == (
        "diskcache", "<6", "dev", True, "platform",
    )  # fmt: skip


def test_a_new_file_can_go_to_stdout(run: Run, tmp_path: Path) -> None:
    done = run("config", "init", "-o", "-")
    assert (done.returncode, done.stderr) == (0, "")
    assert "\n[defaults]\n" in done.stdout
    tomllib.loads(done.stdout)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_is_replaced_by_force_alone(run: Run, tmp_path: Path) -> None:
    (tmp_path / OURS).write_text("# mine\n", encoding="utf-8")
    done = run("config", "init")
    assert (done.returncode, done.stderr) == (2, f"error: {OURS} is there already; --force takes its place\n")
    assert (tmp_path / OURS).read_text(encoding="utf-8") == "# mine\n"
    assert run("config", "init", "--force").returncode == 0
    assert "# mine" not in (tmp_path / OURS).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("before", "end"),
    [
        ('[project]\nname = "x"\n', "\n"),
        ('[project]\nname = "x"', "\n"),
        ('[project]\r\nname = "x"\r\n', "\r\n"),
        ('\ufeff[project]\nname = "pysentry-hook-user" # [tool.pysentry-hook]\n', "\n"),
        ("[tool.pysentry.defaults]\nfail_on = 'low'\n", "\n"),
    ],
)
def test_a_manifest_gets_tables_behind_what_it_holds(before: str, end: str, run: Run, tmp_path: Path) -> None:
    (tmp_path / PYPROJECT).write_text(before, encoding="utf-8", newline="")
    assert run("config", "init", "-o", PYPROJECT).returncode == 0
    after = (tmp_path / PYPROJECT).read_bytes().decode("utf-8")
    assert after.startswith(before)
    assert f"{end}{end}# What pysentry-hook checks" in after
    assert "[tool.pysentry-hook.defaults]" in after
    assert end == "\n" or "\n" not in after.replace(end, "")
    assert run("config", "validate").returncode == 0


@pytest.mark.parametrize(
    ("before", "message"),
    [
        (b"[tool.pysentry-hook]\ndefaults.fail_on = 'low'\n", "has a table [tool.pysentry-hook] already; edit it"),
        (b"[tool]\n'pysentry-hook' = { defaults.fail_on = 'low' }\n", "has a table [tool.pysentry-hook] already"),
        (b"tool = { other = 1 }\n", "no table can be added to it; write to .pysentry-hook.toml"),
        (b"tool = 3\n", "no table can be added to it"),
        (b"[project\n", "is not valid TOML"),
        (b"\xff", "cannot be read"),
    ],
)
def test_a_manifest_that_takes_no_tables_stays_as_it_is(before: bytes, message: str, run: Run, tmp_path: Path) -> None:
    (tmp_path / PYPROJECT).write_bytes(before)
    done = run("config", "init", "-o", PYPROJECT)
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: {PYPROJECT}")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
    assert (tmp_path / PYPROJECT).read_bytes() == before


def test_each_value_is_shown_with_where_it_comes_from(run: Run, tmp_path: Path) -> None:
    (tmp_path / OURS).write_text(
        'extends = "base.toml"\n[defaults]\nfail_on = "high"\n[gates.release]\nbranches = ["main"]\nfail_on = "low"\n'
        '[groups.dev]\nfail_on = "critical"\n'
        '[[suppressions]]\nid = "CVE-2099-1"\npackage = "idna"\nreason = "a b c"\nexpires = 2020-01-01\n',
        encoding="utf-8",
    )
    (tmp_path / "base.toml").write_text('[sources]\nmirrors = ["https://me:secret@a.example/simple"]\n', "utf-8")
    environment = {
        "PYSENTRY_HOOK_DEFAULTS_UNCHECKED": "block",
        "PYSENTRY_HOOK_SOURCES_OSV_URL": "https://me:secret@b.example/?token=secret",
        "PYSENTRY_HOOK_GATE": "release",
    }
    done = run("config", "show", env=environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert "secret" not in done.stdout
    lines = done.stdout.splitlines()
    assert set(lines) >= {
        '# gate = "release"   # PYSENTRY_HOOK_GATE; no file may say it',
        "[defaults]",
        'fail_on = "high"   # .pysentry-hook.toml:3',
        'unchecked = "block"   # PYSENTRY_HOOK_DEFAULTS_UNCHECKED',
        "# only_fixable = false   # default; PYSENTRY_HOOK_DEFAULTS_ONLY_FIXABLE",
        'mirrors = ["https://a.example/simple"]   # base.toml:2; without its credentials',
        'osv_url = "https://b.example/"   # PYSENTRY_HOOK_SOURCES_OSV_URL; without its credentials',
        "# timeout = 20   # default; PYSENTRY_HOOK_HTTP_TIMEOUT",
        "[gates.release]",
        'branches = ["main"]   # .pysentry-hook.toml:5',
        'fail_on = "low"   # .pysentry-hook.toml:6',
        "[groups.dev]",
        'fail_on = "critical"   # .pysentry-hook.toml:8',
        '# groups.dev.fail_on = "critical"   # .pysentry-hook.toml:8',
        '# on_incomplete = "warn"   # built-in gate push',
        "[[suppressions]]   # .pysentry-hook.toml:9",
        "expires = 2020-01-01",
    }
    assert lines[-1] == "# Here and now judges gate release: PYSENTRY_HOOK_GATE release"
    gates = [line.removeprefix("# ") for line in lines if line.removeprefix("# ").startswith("[gates.")]
    assert [line.partition("   #")[0] for line in gates] == [
        f"[gates.{name}]" for name in ("default", "commit", "change", "push", "release")
    ]


def test_a_gate_that_is_not_there_is_an_error_of_show_and_validate(run: Run, tmp_path: Path) -> None:
    for command in ("show", "validate"):
        done = run("config", command, env={"PYSENTRY_HOOK_GATE": "relaese"})
        assert done.returncode == 2
        assert "there is no gate 'relaese'; known: default, commit, change, push" in done.stderr


def test_a_project_is_validated_by_the_files_that_count_for_it(run: Run, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "app").mkdir()
    (tmp_path / OURS).write_text("[gates.release]\nfail_on = 'low'\n[gates.nightly]\n", encoding="utf-8")
    (tmp_path / "app" / OURS).write_text(
        "[defaults]\nfail_on = 'low'\n[http]\ntimeout = 3\n"
        '[[suppressions]]\nid = "CVE-2099-1"\nreason = "a b c"\nexpires = 2020-01-01\n',
        encoding="utf-8",
    )
    for words, here, files in (
        (["app"], tmp_path, ["app/.pysentry-hook.toml", ".pysentry-hook.toml"]),
        ([], tmp_path / "app", [".pysentry-hook.toml", "../.pysentry-hook.toml"]),
    ):
        done = run("config", "validate", *words, cwd=here)
        ended = f"warning: CVE-2099-1 is accepted no more: that ended on 2020-01-01 ({files[0]}:5)\n"
        assert (done.returncode, done.stderr) == (0, ended)
        assert done.stdout.splitlines() == [
            *(f"{file}: valid" for file in files),
            "2 settings, 2 gates (nightly, release), 1 suppression",
        ]
        assert run("config", "path", *words, cwd=here).stdout.splitlines() == files


def test_one_file_can_be_validated_by_its_name(run: Run, tmp_path: Path) -> None:
    (tmp_path / OURS).write_text("[defaults]\nfail_on = 'low'\n", encoding="utf-8")
    (tmp_path / "company.toml").write_text("[defaults]\nfailon = 'low'\n", encoding="utf-8")
    assert run("config", "validate", OURS).returncode == 0
    done = run("config", "validate", "company.toml")
    assert done.returncode == 2
    assert done.stderr == ("error: company.toml:2: defaults.failon is no setting (did you mean defaults.fail_on?)\n")


def test_warnings_of_a_file_are_told_by_validate(run: Run, tmp_path: Path) -> None:
    (tmp_path / ".pysentry.toml").write_text("[defaults]\ncompact = true\n", encoding="utf-8")
    done = run("config", "validate")
    assert done.returncode == 0
    assert done.stderr.startswith("warning: .pysentry.toml:2: defaults.compact changes nothing here")
    assert done.stdout.startswith(".pysentry.toml: valid\n")


@pytest.mark.parametrize("command", ["show", "validate", "path"])
def test_a_file_without_meaning_is_an_error_of_one_line(command: str, run: Run, tmp_path: Path) -> None:
    (tmp_path / OURS).write_text("[defaults]\n\nfail_on = ''\n", encoding="utf-8")
    done = run("config", command)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "error: .pysentry-hook.toml:3: defaults.fail_on = '' is not one of never, low, medium, high, critical\n"
    )


def test_where_no_file_is_the_defaults_hold_and_init_is_named(run: Run, tmp_path: Path) -> None:
    done = run("config", "path")
    assert (done.returncode, done.stdout) == (0, "")
    assert (
        done.stderr == "There is no configuration file; write one: pysentry-hook config init -o .pysentry-hook.toml\n"
    )
    assert run("config", "validate").stdout == "There is no configuration file; the defaults hold.\n"


def test_an_accepted_risk_that_has_ended_is_told_where_the_file_is_checked(run: Run, tmp_path: Path) -> None:
    entry = '[[suppressions]]\nid = "CVE-2099-1"\npackage = "six"\nreason = "we never call it"\nexpires = {}\n'
    (tmp_path / OURS).write_text(entry.format("2025-01-01"), encoding="utf-8")
    done = run("config", "validate")
    assert done.stdout.splitlines()[-1] == "0 settings, no gate of its own, 1 suppression"
    assert done.stderr == f"warning: CVE-2099-1 in six is accepted no more: that ended on 2025-01-01 ({OURS}:1)\n"
