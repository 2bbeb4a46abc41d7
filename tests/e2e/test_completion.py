"""What a shell completes, in real shells: commands and files, options, and the values of options."""

import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from pysentry_hook.cli import COMMANDS, INTERNAL
from tests.conftest import scrubbed
from tests.e2e.commands import EVERY, option_names

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the shells of other platforms")

_CALLED = [name for name in COMMANDS if name not in INTERNAL]
Complete = Callable[..., list[str]]


@pytest.fixture
def environment(tmp_path: Path) -> Mapping[str, str]:
    """Where `pysentry-hook` is a program, and the home is this test's own."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return scrubbed(tmp_path / "cache") | {"PATH": path, "HOME": str(tmp_path / "home"), "TERM": "dumb"}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A folder in which there are files, some with the first letters of a command."""
    (tmp_path / "home").mkdir()
    shop = tmp_path / "shop"
    (shop / "records").mkdir(parents=True)
    for name in ("requirements.txt", "uv.lock", "re `touch pwned`", "re$(touch pwned)", "-re"):
        (shop / name).write_text("six==1.0\n", encoding="utf-8")
    return shop


@pytest.fixture
def complete(shop: Path, environment: Mapping[str, str]) -> Complete:
    """Complete the last of some words as bash does once completion is installed."""
    installed = _out("bash", "pysentry-hook --install-completion; exit $?", shop, environment)
    assert installed.startswith("bash completion installed in ")

    def call(*words: str) -> list[str]:
        typed = shlex.join(["pysentry-hook", *words])
        script = f"""
            source ~/.bashrc
            [[ $(complete -p pysentry-hook) =~ ^"complete -o default -F "(.*)" pysentry-hook"$ ]] || exit 9
            COMP_WORDS=({typed}); COMP_CWORD={len(words)}
            ${{BASH_REMATCH[1]}} pysentry-hook
            printf '%s\\n' "${{COMPREPLY[@]}}"
        """
        return _out("bash", script, shop, environment).split()

    return call


def _out(shell: str, script: str, folder: Path, environment: Mapping[str, str]) -> str:
    done = subprocess.run(
        [shell, "-c", script], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, ""), script
    return done.stdout


def test_the_first_word_is_a_command_or_a_file(complete: Complete) -> None:
    assert complete("") == [*_CALLED, "records/", "requirements.txt", "uv.lock"]
    assert complete("re") == ["report", "render", "resolvers", "records/", "requirements.txt"]
    assert complete("uv") == []  # no command begins so, and bash completes files
    assert complete("--offline", "re") == []  # a command stands first or not at all


def test_no_file_is_offered_whose_name_a_shell_would_run(complete: Complete, shop: Path) -> None:
    assert not [word for word in complete("re") if "touch" in word]
    assert not (shop / "pwned").exists()


@pytest.mark.parametrize("words", EVERY)
def test_every_option_of_a_command_is_completed(words: tuple[str, ...], complete: Complete) -> None:
    assert sorted(complete(*words, "--")) == sorted(
        name for name in (*option_names(EVERY[words]), "--help") if name.startswith("--")
    )


@pytest.mark.parametrize(
    ("words", "values"),
    [
        (["--format"], "human json sarif markdown github"),
        (["report", "-f"], "human json sarif markdown github"),
        (["plan", "--format"], "human json markdown"),
        (["render", "report.json", "-f"], "human json sarif markdown github"),
        (["--severity"], "low medium high critical"),
        (["render", "--severity"], "low medium high critical"),
        (["gate", "--fail-on"], "never low medium high critical"),
        (["--sources"], "pypa pypi osv"),
        (["--resolver"], "auto uv pip-tools"),
        (["--python-platform"], "linux macos windows"),
        (["--gate"], "default commit change push"),
        (["suppressions", "add", "CVE-2099-0001", "--until"], "fixed"),
        (["suppressions"], "add list renew remove"),
        (["db"], "sync status verify export import"),
        (["config"], "init import show validate path schema"),
        (["action"], "plan scan tell ask judge"),
        (["render"], ""),
        (["--config"], ""),
    ],
)
def test_what_takes_one_of_a_few_words_completes_them(words: list[str], values: str, complete: Complete) -> None:
    assert complete(*words, "") == values.split()


def test_the_beginning_of_a_value_is_completed(complete: Complete) -> None:
    assert complete("--fail-on", "c") == ["critical"]
    assert complete("--sources", "pypa,o") == ["pypa,osv"]


def test_gates_of_the_configuration_are_completed(complete: Complete, shop: Path) -> None:
    file = shop / ".pysentry-hook.toml"
    file.write_text('[gates.release]\nfail_on = "low"\n', encoding="utf-8")
    assert complete("--gate", "") == ["default", "commit", "change", "push", "release"]
    file.write_text("what is this", encoding="utf-8")
    assert complete("--gate", "") == ["default", "commit", "change", "push"]


@pytest.mark.usefixtures("complete")
def test_a_tab_in_bash_completes_a_command_and_a_file(shop: Path, environment: Mapping[str, str]) -> None:
    (shop / "saved.json").write_text("{}", encoding="utf-8")
    terminal, inner = os.openpty()
    with subprocess.Popen(
        ["bash", "--norc", "-i"],
        cwd=shop,
        env=environment,
        stdin=inner,
        stdout=inner,
        stderr=inner,
        start_new_session=True,
    ):
        os.close(inner)
        os.write(terminal, b"source ~/.bashrc\npysentry-hook rend\tsav\t; exit\n")
        told = b""
        while data := _read(terminal):
            told += data
    os.close(terminal)
    assert b"saved.json: " in told
    assert b"touch" not in told


def _read(terminal: int) -> bytes:
    """What a program wrote; nothing once it ended."""
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell", "pwsh"])
def test_there_is_a_script_for_every_shell(shell: str, shop: Path, environment: Mapping[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pysentry_hook"],
        cwd=shop,
        env={**environment, "_PYSENTRY_HOOK_COMPLETE": f"source_{shell}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    asks = "complete_powershell" if shell == "pwsh" else f"complete_{shell}"
    assert asks in done.stdout
    assert "pysentry-hook" in done.stdout
