"""Whatever ends a run ends it with one line and an exit code of its own, and never as a clean result."""

import io
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from pysentry_hook import cli

End = Callable[[BaseException], int]


@pytest.fixture
def end(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> End:
    """Run a command that ends with an error; what it tells of a bug goes into the test's own folder."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def call(error: BaseException, *words: str) -> int:
        def command(*_: object, **__: object) -> int:
            raise error

        monkeypatch.setattr(cli, "COMMANDS", {**cli.COMMANDS, cli.DEFAULT: lambda: command})
        monkeypatch.setattr(sys, "argv", ["pysentry-hook", *words])
        with pytest.raises(SystemExit) as caught:
            cli.main()
        assert isinstance(caught.value.code, int)
        return caught.value.code

    return call


def test_who_interrupts_is_told_that_nothing_was_judged(end: End, capsys: pytest.CaptureFixture[str]) -> None:
    assert end(KeyboardInterrupt()) == 130
    assert capsys.readouterr() == ("", "error: interrupted, so nothing was judged\n")


def test_a_reader_that_went_away_is_no_clean_result(end: End, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    assert end(BrokenPipeError()) == 2
    assert sys.stderr.closed


def test_a_bug_is_one_line_and_a_log(end: End, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code = end(ZeroDivisionError("of ours"))
    told = capsys.readouterr()
    (log,) = tmp_path.iterdir()
    assert code not in {0, 1, 2, 3}
    assert told == ("", f"error: a bug in pysentry-hook (ZeroDivisionError). Nothing was judged. Details: {log}\n")
    assert re.search(r"^pysentry-hook .*, Python 3\..*\nTraceback ", log.read_text(encoding="utf-8"))
    assert "ZeroDivisionError: of ours" in log.read_text(encoding="utf-8")


@pytest.mark.parametrize("word", ["-v", "--verbose"])
def test_who_wants_to_know_more_sees_where_the_bug_is(
    word: str, end: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    end(ZeroDivisionError("of ours"), word)
    assert capsys.readouterr().err.startswith("Traceback ")
