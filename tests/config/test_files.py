"""Which configuration files are read, and which of them holds where several speak."""

import os
from pathlib import Path

import pytest

from pysentry_hook.config.files import configuration
from pysentry_hook.config.flags import Flags
from pysentry_hook.errors import ConfigError
from pysentry_hook.tree import CommitTree
from tests.config.settling import TODAY, configured
from tests.conftest import Run

OURS, PEERS, PYPROJECT = ".pysentry-hook.toml", ".pysentry.toml", "pyproject.toml"
TABLES = {OURS: "", PEERS: "", PYPROJECT: "tool.pysentry-hook."}


def put(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8", newline="")


def a_setting(file: Path, text: str = 'fail_on = "high"') -> None:
    """Write a file of ours with one setting of [defaults]."""
    put(file, f"[{TABLES.get(file.name, '')}defaults]\n{text}\n")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository with a folder in it, and beside it a home and a machine."""
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    (tmp_path / "repo" / "app" / "web").mkdir(parents=True)
    return tmp_path / "repo" / "app" / "web"


def homes(project: Path) -> dict[str, str]:
    top = project.parents[2]
    return {"XDG_CONFIG_HOME": str(top / "home"), "XDG_CONFIG_DIRS": str(top / "etc")}


def test_files_are_read_from_the_project_up_to_the_root_then_the_users_and_the_machines(project: Path) -> None:
    repo, top = project.parents[1], project.parents[2]
    a_setting(repo.parent / OURS)  # above the repository: somebody else's
    for folder in (project, repo / "app", repo):
        a_setting(folder / OURS)
        a_setting(folder / PYPROJECT)
    for place in ("home", "etc"):
        put(top / place / "pysentry-hook" / "config.toml", "[http]\noffline = true\n")
    assert [file.path for file in configured(project, homes(project)).files] == [
        "app/web/.pysentry-hook.toml",
        "app/web/pyproject.toml",
        "app/.pysentry-hook.toml",
        "app/pyproject.toml",
        ".pysentry-hook.toml",
        "pyproject.toml",
        (top / "home/pysentry-hook/config.toml").as_posix(),
        (top / "etc/pysentry-hook/config.toml").as_posix(),
    ]


def test_the_nearest_file_holds_key_by_key(project: Path) -> None:
    repo, top = project.parents[1], project.parents[2]
    a_setting(project / PYPROJECT, 'unchecked = "block"')
    a_setting(project / OURS, 'fail_on = "low"')
    a_setting(repo / OURS, 'fail_on = "critical"\nunknown_severity = "warn"')
    put(top / "home/pysentry-hook/config.toml", '[defaults]\nunknown_severity = "block"\nonly_fixable = true\n')
    put(top / "etc/pysentry-hook/config.toml", "[defaults]\nonly_fixable = false\nrequire_reason = true\n")
    found = configured(project, homes(project)).settings()
    assert {key: (stated.value, Path(stated.origin).name) for key, stated in found.items()} == {
        "defaults.fail_on": ("low", ".pysentry-hook.toml:2"),
        "defaults.unchecked": ("block", "pyproject.toml:2"),
        "defaults.unknown_severity": ("warn", ".pysentry-hook.toml:3"),
        "defaults.only_fixable": (True, "config.toml:3"),
        "defaults.require_reason": (True, "config.toml:3"),
    }


def test_in_one_folder_our_own_file_comes_before_pyproject(project: Path) -> None:
    a_setting(project / PYPROJECT, 'fail_on = "critical"')
    a_setting(project / OURS, 'fail_on = "low"')
    assert configured(project).settings()["defaults.fail_on"].value == "low"


def test_suppressions_of_all_files_hold(project: Path) -> None:
    entry = '[[suppressions]]\nid = "CVE-2099-{}"\nreason = "a b c"\nexpires = 2027-01-31\n'
    put(project / OURS, entry.format(1))
    put(project.parents[1] / OURS, entry.format(2))
    assert [each.id for each in configured(project).suppressions()] == ["CVE-2099-1", "CVE-2099-2"]


@pytest.mark.parametrize(
    ("environment", "folder"),
    [
        ({"XDG_CONFIG_HOME": "{}/xdg", "HOME": "{}/home"}, "xdg"),
        ({"HOME": "{}/home"}, "home/.config"),
        ({"USERPROFILE": "{}/home", "APPDATA": "{}/roaming"}, "roaming"),
        ({"XDG_CONFIG_DIRS": "{0}/none" + os.pathsep + "{0}/machine"}, "machine"),
    ],
)
def test_the_users_file_is_where_the_system_keeps_such_files(
    environment: dict[str, str], folder: str, project: Path
) -> None:
    top = project.parents[2]
    put(top / folder / "pysentry-hook" / "config.toml", "[http]\noffline = true\n")
    known = {name: value.format(top) for name, value in environment.items()}
    assert configured(project, known).settings()["http.offline"].value is True


@pytest.mark.skipif(os.name == "nt", reason="Windows has no mode that forbids it")
def test_a_home_that_may_not_be_entered_holds_no_configuration(owned: Path) -> None:
    home, project = owned / "home", owned / "project"
    (home / ".config" / "pysentry-hook").mkdir(parents=True)
    project.mkdir()
    home.chmod(0)
    try:
        assert configured(project, {"HOME": str(home)}).files == []
    finally:
        home.chmod(0o700)


def test_a_file_of_a_user_tells_its_whole_path(project: Path) -> None:
    user = project.parents[2] / "home/pysentry-hook/config.toml"
    put(user, "\n[defaults]\nfail_on = 1\n")
    with pytest.raises(ConfigError, match=r"home/pysentry-hook/config\.toml:3: defaults\.fail_on = 1 is not one of"):
        configured(project, homes(project))


def test_a_pyproject_without_a_table_of_ours_is_not_read(project: Path) -> None:
    put(project / PYPROJECT, '[project]\nname = "pysentry-hook-user"\n')
    assert configured(project).files == []


def test_a_pyproject_without_a_word_of_ours_may_be_broken(project: Path) -> None:
    (project / PYPROJECT).write_bytes(b"[tool\n\xff")
    assert configured(project).files == []


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"[defaults\n", r"\.pysentry-hook\.toml:1: is not valid TOML"),
        (b"[defaults]\nfail_on = 1\nfail_on = 2\n", r"\.pysentry-hook\.toml:3: is not valid TOML: duplicate key"),
        (b"# caf\xe9\n", r"\.pysentry-hook\.toml: is not UTF-8 text; save it as UTF-8$"),
        (b"x = [" * 5000, r"\.pysentry-hook\.toml:?\d*: is not valid TOML"),
    ],
)
def test_a_file_that_cannot_be_read_is_an_error(
    data: bytes, message: str, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / OURS).write_bytes(data)
    monkeypatch.chdir(project)
    with pytest.raises(ConfigError, match=f"^{message}"):
        configured(project)


def test_an_error_names_the_file_as_it_is_written_from_here(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_setting(project.parents[1] / OURS, "fail_on = 1")
    monkeypatch.chdir(project)
    with pytest.raises(ConfigError, match=r"^\.\./\.\./\.pysentry-hook\.toml:2: "):
        configured(project)


@pytest.mark.parametrize("head", [b"\xef\xbb\xbf", b""])
def test_a_byte_order_mark_and_windows_line_ends_are_no_matter(head: bytes, project: Path) -> None:
    (project / OURS).write_bytes(head + b'[defaults]\r\nfail_on = "low"\r\n')
    stated = configured(project).settings()["defaults.fail_on"]
    assert (stated.value, stated.origin) == ("low", "app/web/.pysentry-hook.toml:2")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no mode that forbids it")
def test_a_file_that_may_not_be_read_is_an_error(owned: Path) -> None:
    a_setting(owned / OURS)
    (owned / OURS).chmod(0)
    with pytest.raises(ConfigError, match=r"\.pysentry-hook\.toml: .*Permission denied"):
        configured(owned)


def test_the_configuration_of_a_commit_is_read_from_that_commit(run: Run, tmp_path: Path) -> None:
    import subprocess

    def git(*words: str) -> None:
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b.example", *words], cwd=tmp_path, check=True)

    git("init", "-q")
    put(tmp_path / OURS, 'extends = "base.toml"\n')
    put(tmp_path / "base.toml", '[defaults]\nfail_on = "low"\n')
    git("add", ".")
    git("commit", "-qm", "one")
    put(tmp_path / "base.toml", '[defaults]\nfail_on = "never"\n')
    with CommitTree(tmp_path, "HEAD") as tree:
        found = configuration(Flags(no_config=None), {}, tree=tree, root=tmp_path, folder="", today=TODAY)
    assert found.settings()["defaults.fail_on"].value == "low"


def test_a_named_file_is_the_only_one_that_is_read(project: Path) -> None:
    a_setting(project / OURS, 'fail_on = "critical"\nonly_fixable = true')
    put(project / "other.toml", '[defaults]\nfail_on = "low"\n[resolver]\nallow_build = true\n')
    found = configured(project, homes(project), config=project / "other.toml")
    assert {key: stated.value for key, stated in found.settings().items()} == {
        "defaults.fail_on": "low",
        "resolver.allow_build": True,
    }


def test_the_environment_may_name_the_file_and_the_option_comes_first(project: Path) -> None:
    put(project / "a.toml", '[defaults]\nfail_on = "low"\n')
    put(project / "b.toml", '[defaults]\nfail_on = "high"\n')
    named = {"PYSENTRY_HOOK_CONFIG": str(project / "a.toml")}
    assert configured(project, named).settings()["defaults.fail_on"].value == "low"
    both = configured(project, named, config=project / "b.toml")
    assert both.settings()["defaults.fail_on"].value == "high"


@pytest.mark.parametrize("table", ["tool.pysentry-hook", "tool.pysentry"])
def test_a_named_file_may_be_a_pyproject_of_ours_or_of_the_peer(table: str, project: Path) -> None:
    put(project / PYPROJECT, f'[{table}.defaults]\nfail_on = "low"\n')
    found = configured(project, config=project / PYPROJECT)
    assert found.settings()["defaults.fail_on"].value == "low"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("none.toml", "none.toml: no such configuration file"),
        ("folder", "folder: is a folder, and a file was expected"),
        (PYPROJECT, r"pyproject.toml: holds no table \[tool.pysentry-hook\]"),
    ],
)
def test_a_named_file_must_be_there_and_hold_something(
    name: str, message: str, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    (project / "folder").mkdir()
    put(project / PYPROJECT, '[project]\nname = "x"\n')
    with pytest.raises(ConfigError, match=f"^{message}"):
        configured(project, config=Path(name))


def test_no_config_reads_no_file(project: Path) -> None:
    a_setting(project / OURS)
    assert configured(project, no_config=True).files == []
    assert configured(project, {"PYSENTRY_HOOK_NO_CONFIG": "yes"}).files == []
    assert configured(project, {"PYSENTRY_HOOK_NO_CONFIG": "no"}).files != []
    assert configured(project, {"PYSENTRY_HOOK_NO_CONFIG": "yes"}, no_config=False).files != []
    with pytest.raises(ConfigError, match="PYSENTRY_HOOK_NO_CONFIG = 'maybe' is neither true nor false"):
        configured(project, {"PYSENTRY_HOOK_NO_CONFIG": "maybe"})


def test_a_named_file_and_none_together_are_refused(run: Run, tmp_path: Path) -> None:
    put(tmp_path / "a.toml", "")
    done = run("--config", "a.toml", "--no-config")
    assert (done.returncode, done.stderr) == (2, "error: --config and --no-config exclude each other\n")
