"""What `--help` tells: every option under the title of its panel, and every command with a whole sentence."""

import inspect

import pytest

from pysentry_hook.commands.options import scan_flags
from tests.conftest import Run


@pytest.mark.parametrize("words", [(), ("scan",), ("gate",), ("plan",)])
def test_help_lists_every_option_of_a_scan_below_its_title(words: tuple[str, ...], run: Run) -> None:
    done = run(*words, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    titles = [line for line in done.stdout.splitlines() if line.endswith(":") and not line.startswith(" ")]
    assert titles[:2] == ["Arguments:", "Options:"]
    assert {"Scan:", "Gate:"} <= set(titles)
    assert len(set(titles)) == len(titles)
    for name in inspect.signature(scan_flags).parameters:
        assert name == "paths" or f"--{name.replace('_', '-')}" in done.stdout
    gate = done.stdout.partition("\nGate:\n")[2].partition("\n\n")[0]
    assert "--fail-on LEVEL" in gate
    assert "--offline" not in gate


@pytest.mark.parametrize("group", ["db", "config", "suppressions"])
def test_help_of_a_group_tells_the_whole_sentence_of_each_command(group: str, run: Run) -> None:
    done = run(group, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    told = done.stdout.partition("\nCommands:\n")[2]
    assert told
    assert "..." not in told


def test_hidden_options_are_not_told(run: Run) -> None:
    assert "--changed-file" not in run("hook", "--help").stdout
