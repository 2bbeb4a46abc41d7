"""A report that is damaged, foreign or hostile is one line and exit 2, and never a verdict."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pysentry_hook.errors import PysentryHookError
from pysentry_hook.policy.judge import judge
from pysentry_hook.report import reported
from pysentry_hook.reports.explain import explain
from pysentry_hook.reports.json import render
from pysentry_hook.reports.look import Look
from pysentry_hook.reports.saved import read_report
from pysentry_hook.reports.short import short
from tests.builders import a_record
from tests.conftest import Run
from tests.e2e.repository import RECORDS, Done, a_repository

pytestmark = pytest.mark.unmeasured  # other tests measure what these run

WRONG: tuple[Any, ...] = (None, "", "x", 7, -1, 1e400, True, [], {}, [None], "2026-13-45", "../../x", "\x00")


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A report with something in most of its fields."""

    def run(*words: object, cwd: Path, **_: object) -> Done:
        command = [sys.executable, "-m", "pysentry_hook", *map(str, words)]
        return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)

    cvss = [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}]
    records = (
        *RECORDS,
        a_record("GHSA-aaaa-bbbb-0009", "six", severity=cvss, references=[{"url": "https://x.example"}]),
    )
    shop = a_repository(run, tmp_path_factory.mktemp("damaged"), *records)
    shop.lock("requests 2.30.0", "idna 3.4")
    shop.commit()
    shop.lock("requests 2.28.0", "idna 3.4", "six 1.16.0")
    shop.write("broken/uv.lock", "version = 9\n")
    shop.write(
        ".pysentry-hook.toml",
        '[defaults]\ngrace_days = { low = 7 }\n[gates.release]\nbranches = ["main"]\n[groups.dev]\nfail_on = "low"\n'
        '[ignore]\nids = ["CVE-1999-1"]\n[[suppressions]]\nid = "CVE-2099-0002"\nreason = "no names from outside"\n'
        "expires = 2026-12-01\n",
    )
    shop.scan("--recursive", "--against", "HEAD", "-q", "-o", "report.json")
    return (shop.folder / "report.json").read_text(encoding="utf-8")


FOREIGN = {
    "empty": b"",
    "no JSON": b"nonsense",
    "a list": b"[]",
    "a number": b"7",
    "null": b"null",
    "an empty table": b"{}",
    "SARIF": b'{"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": []}',
    "a later schema": b'{"schema": "pysentry-hook/report/2"}',
    "nothing but the schema": b'{"schema": "pysentry-hook/report/1"}',
    "a schema of another kind": b'{"schema": ["pysentry-hook/report/1"]}',
    "other bytes": bytes(range(256)),
    "UTF-16": '{"schema": "pysentry-hook/report/1"}'.encode("utf-16"),
    "deep": b"[" * 200_000,
    "long numbers": b"1" * 100_000,
    "escapes": b'{"schema": "\\u001b[31m\\u202ex\\nerror: y"}',
}


@pytest.mark.parametrize("case", FOREIGN)
def test_what_is_no_report_is_one_line(run: Run, tmp_path: Path, case: str) -> None:
    (tmp_path / "r.json").write_bytes(FOREIGN[case])
    for words in (["gate"], ["explain", "CVE-2099-0001"]):
        done = run(*words, "--report", "r.json", cwd=tmp_path)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr[:400]
        assert done.stderr.startswith("error: r.json: ")
        assert len(done.stderr) < 400
        assert not {"\x1b", "\u202e"} & set(done.stderr)


def test_a_missing_report_and_a_folder_are_one_line(run: Run, tmp_path: Path) -> None:
    assert run("gate", "--report", "gone.json", cwd=tmp_path).stderr == (
        "error: gone.json: cannot be read: No such file or directory; make one with pysentry-hook -o report.json\n"
    )
    assert run("gate", "--report", ".", cwd=tmp_path).stderr == (
        "error: .: cannot be read: Is a directory; make one with pysentry-hook -o report.json\n"
    )


@pytest.mark.parametrize("size", [1, 100, 1_000, 5_000, -200, -3])
def test_a_report_that_was_cut_is_one_line(run: Run, tmp_path: Path, text: str, size: int) -> None:
    (tmp_path / "r.json").write_text(text[:size], encoding="utf-8")
    done = run("gate", "--report", "r.json", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "r.json: is not valid JSON: " in done.stderr
    assert "Is the file complete?" in done.stderr


def test_a_report_that_is_larger_than_any_is_one_line_and_soon(run: Run, tmp_path: Path) -> None:
    with (tmp_path / "r.json").open("wb") as file:
        file.truncate(3 * 1024**3)
    done = run("gate", "--report", "r.json", cwd=tmp_path, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert (
        done.stderr
        == "error: r.json: is larger than 256 MB, so it is no report; make one with pysentry-hook -o report.json\n"
    )


def test_a_byte_order_mark_is_no_damage(run: Run, tmp_path: Path, text: str) -> None:
    (tmp_path / "r.json").write_text("\ufeff" + text, encoding="utf-8")
    assert run("gate", "--report", "r.json", cwd=tmp_path).returncode == 1


def _changed(value: Any) -> Iterator[Any]:
    """The document with one place at a time replaced by something that does not belong there, or taken away."""
    if isinstance(value, dict):
        for key in list(value):
            for other in _changed(value[key]):
                yield value | {key: other}
            yield {name: each for name, each in value.items() if name != key}
    elif isinstance(value, list) and value:
        for other in _changed(value[0]):
            yield [other, *value[1:]]
    yield from WRONG


def test_no_value_in_any_place_is_more_than_an_error_in_words(text: str) -> None:
    document = json.loads(text)
    assert render(read_report("r.json", text), Look()) == text
    refused: list[str] = []
    taken = 0
    for changed in _changed(document):
        try:
            saved = read_report("r.json", json.dumps(changed))
            again = reported(saved, saved.policy, judge(saved, saved.policy, date(2026, 11, 25)))
            short(again, Look())
            explain(again, list(again.gate.verdicts), Look())
            render(again, Look())
            taken += 1
        except PysentryHookError as error:
            refused.append(str(error))
    assert len(refused) > taken > 0
    assert not [error for error in refused if "\n" in error]
