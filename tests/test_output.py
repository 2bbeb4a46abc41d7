"""Which format goes where, and files that are written in one step."""

import errno
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from pysentry_hook.errors import OutputError, UsageError
from pysentry_hook.output import pair, write
from tests.builders import a_folder_of_records, a_record, a_uv_lock
from tests.conftest import Run

HUMAN = ("human", None)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(
    ("formats", "outputs", "expected"),
    [
        ([], [], [HUMAN]),
        (["human"], [], [HUMAN]),
        (["json"], [], [("json", None)]),
        (["json"], ["-"], [("json", None)]),
        ([], ["-"], [HUMAN]),
        ([], ["r.json"], [("json", "r.json"), HUMAN]),
        ([], ["r.json", "r.txt"], [("json", "r.json"), ("human", "r.txt"), HUMAN]),
        (["json"], ["report"], [("json", "report"), HUMAN]),
        (["json"], ["r.txt"], [("json", "r.txt"), HUMAN]),
        (["human", "json"], ["r.json"], [("human", "r.json"), ("json", None)]),
        (["json", "human"], ["r.json"], [("json", "r.json"), HUMAN]),
        (["json"], ["a", "b.txt"], [("json", "a"), ("human", "b.txt"), HUMAN]),
        (["json", "human"], ["-", "r"], [("json", None), ("human", "r")]),
        (["json", "human"], ["r", "-"], [("json", "r"), HUMAN]),
    ],
)
def test_the_nth_format_belongs_to_the_nth_output_and_the_rest_goes_by_suffix(
    formats: list[str], outputs: list[str], expected: list[tuple[str, str | None]]
) -> None:
    pairs = pair(formats, outputs, otherwise="human")
    assert [(name, None if target is None else str(target)) for name, target in pairs] == expected


@pytest.mark.parametrize(
    ("formats", "outputs", "expected"),
    [
        ([], [], []),
        ([], ["r.json"], [("json", Path("r.json"))]),
        (["json"], [], [("json", None)]),
        (["human"], [], [("human", None)]),
    ],
)
def test_quiet_only_leaves_out_the_human_report_that_nobody_asked_for(
    formats: list[str], outputs: list[str], expected: list[tuple[str, Path | None]]
) -> None:
    assert pair(formats, outputs, otherwise=None) == expected


@pytest.mark.parametrize(
    ("formats", "outputs", "message"),
    [
        (["jsn"], [], "'jsn' is no format; known: human, json"),
        (["JSON"], [], "'JSON' is no format"),
        (["json", "human"], [], "at most one format may lack its --output"),
        (["json", "human", "json"], ["r.json"], "at most one format may lack its --output"),
        ([], ["r.yaml"], "--output r.yaml: its suffix names no format"),
        ([], ["report"], "say it with --format"),
        ([], ["-", "-"], "only one report can go to stdout"),
        (["json", "human"], ["-"], "only one report can go to stdout"),
    ],
)
def test_what_cannot_be_paired_is_an_error_that_says_what_can(
    formats: list[str], outputs: list[str], message: str
) -> None:
    with pytest.raises(UsageError) as caught:
        pair(formats, outputs, otherwise="human")
    assert message in str(caught.value)


def test_a_file_is_written_as_utf8_with_its_newlines_as_they_are(tmp_path: Path) -> None:
    write(tmp_path / "r.txt", "Größe\n")
    assert (tmp_path / "r.txt").read_bytes() == "Größe\n".encode()


def test_a_file_that_was_there_is_replaced_whole(tmp_path: Path) -> None:
    target = tmp_path / "r.txt"
    target.write_text("old and much longer\n", encoding="utf-8")
    write(target, "new\n")
    assert target.read_text(encoding="utf-8") == "new\n"
    assert names(tmp_path) == ["r.txt"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no umask")
def test_a_file_has_the_mode_that_any_new_file_has(tmp_path: Path) -> None:
    (tmp_path / "other").touch()
    write(tmp_path / "r.txt", "x")
    assert stat.S_IMODE((tmp_path / "r.txt").stat().st_mode) == stat.S_IMODE((tmp_path / "other").stat().st_mode)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_a_file_that_was_there_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "r.txt").touch(0o600)
    write(tmp_path / "r.txt", "x")
    assert stat.S_IMODE((tmp_path / "r.txt").stat().st_mode) == 0o600


def test_a_format_of_the_configuration_that_is_none_is_an_error() -> None:
    with pytest.raises(UsageError, match=r"defaults\.format: 'smoke' is no format; known: human"):
        pair([], [], otherwise="smoke")


@pytest.mark.parametrize("step", ["chmod", "replace"])
def test_a_disk_that_fills_up_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    target = tmp_path / "r.txt"
    target.write_text("old", encoding="utf-8")

    def full(*arguments: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, step, full)
    with pytest.raises(OutputError, match=r"r\.txt: cannot be written: No space left on device"):
        write(target, "new")
    assert target.read_text(encoding="utf-8") == "old"
    assert names(tmp_path) == ["r.txt"]


def test_an_interruption_leaves_nothing_beside_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "report.json"

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write(target, "new")
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there_is_an_error_that_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(OutputError) as caught:
        write(tmp_path / "missing" / "r.json", "{}")
    cause = "cannot be written: No such file or directory"
    step = f"make its folder first: mkdir -p {tmp_path}/missing"
    assert str(caught.value) == f"{tmp_path}/missing/r.json: {cause}; {step}"
    assert names(tmp_path) == []


def test_a_folder_in_the_place_of_the_file_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "r.json").mkdir()
    with pytest.raises(OutputError, match=r"r\.json"):
        write(tmp_path / "r.json", "{}")
    assert names(tmp_path) == ["r.json"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no mode that forbids it")
def test_a_folder_that_may_not_be_written_is_an_error(owned: Path) -> None:
    owned.chmod(0o500)
    with pytest.raises(OutputError, match="Permission denied"):
        write(owned / "r.json", "{}")


def test_a_report_that_cannot_be_written_does_not_keep_the_others_back(run: Run, tmp_path: Path) -> None:
    (tmp_path / "uv.lock").write_text(a_uv_lock(("requests", "2.31.0")), encoding="utf-8")
    database = a_folder_of_records(tmp_path / "records", a_record(fixed="2.31.0"))
    done = run("-o", "missing/r.json", "-o", "r.json", "-o", "r.txt", "--advisory-db", database)
    assert done.returncode == 2
    assert "missing/r.json: cannot be written" in done.stderr
    assert (tmp_path / "r.json").read_text(encoding="utf-8").startswith('{\n "schema"')
    assert (tmp_path / "r.txt").read_text(encoding="utf-8") == done.stdout
    assert "Traceback" not in done.stderr
