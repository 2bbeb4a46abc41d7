"""The bytes of a requirements file: encodings, what is no text, and what was made to be slow."""

import codecs

import pytest

from pysentry_hook.errors import InputError
from tests.inputs.reading import (
    inventory,
    pins,
    place,
    reasons,
)
from tests.inputs.requirement_files import pins_of


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("-----BEGIN PGP MESSAGE-----", r"^requirements\.txt:1: has an option that pip does not know"),
        ("--I https://me:secret@x.example", "has an option that pip does not know$"),
        ('-i "https://me:secret@x.example', "has an option with an open quotation"),
        ("<!DOCTYPE html>", r"^requirements\.txt:1: is no requirement"),
        ("{}", "is no requirement"),
        ("two words", "is no requirement"),
        ("a==1\n\n===", r"^requirements\.txt:3: is no requirement"),
    ],
)
def test_what_pip_would_not_read_is_refused(text: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem) as caught:
        pins_of(text)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "data",
    [
        codecs.BOM_UTF8 + b"a==1 # \xc3\xa9\n",
        codecs.BOM_UTF16_LE + "a==1 # é\n".encode("utf-16-le"),
        codecs.BOM_UTF16_BE + "a==1 # é\n".encode("utf-16-be"),
        codecs.BOM_UTF32_LE + "a==1 # é\n".encode("utf-32-le"),
        b"# -*- coding: latin-1 -*-\na==1 # \xe9\n",
        b"\n# vim: set fileencoding=cp1252 :\na==1 # \xe9\n",
    ],
)
def test_byte_order_marks_and_coding_lines_are_obeyed(data: bytes) -> None:
    found = inventory({"requirements.txt": data})
    assert pins(found) == ["a 1"]
    assert place(found, "a")[2:] == (1, 5, "a==1")


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"a==1\n# \xe9\n", r"^requirements\.txt:2: is not utf-8 text"),
        (b"\n\n# coding: latin-1\n# \xe9", r"^requirements\.txt:4: is not utf-8 text"),
        (codecs.BOM_UTF16_LE + b"a", "is not utf-16-le text"),
        (b"# coding: klingon\n", "names an encoding that is not read: 'klingon'"),
        (b"# coding: " + b"a" * 5000 + b"\n", "names an encoding that is not read"),
        (b"# coding: rot13\n", "names an encoding that is not read"),
        (b"# coding: undefined\n", "names an encoding that is not read"),
        (b"# coding: unicode_escape\na==1\\x2e5\n", "names an encoding that is not read"),
        (b"a==1\nb\0==1\n", r"^requirements\.txt:2: holds NUL bytes"),
        ("a==1\n".encode("utf-16-le"), "holds NUL bytes"),
        (b"a==1 # " + b"x" * 100_001, "is longer than 100,000 characters"),
        (b"a==1 \\\n" * 20_000, r"^requirements\.txt:1: is longer than 100,000 characters"),
    ],
)
def test_what_is_no_text_is_refused(data: bytes, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        pins_of(data)


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "text",
    [
        "a" + " " * 90_000 + "b",
        "a==1" + " " * 90_000 + "b",
        "a[" + " " * 90_000 + "b",
        "a[" + "]" * 90_000,
        "/" * 90_000 + " x",
        "a" + "/" * 90_000 + " x",
        "[" * 90_000,
        "-e x" + "#" * 90_000,
        "a" * 90_000 + "$",
        "-" * 90_000,
        "-i " + "'" * 90_000,
        "# " + "coding:" * 12_000 + "$",
        "# coding: punycode\n" + "x-" * 30_000,
    ],
    ids=lambda text: text[:20],
)
def test_a_line_that_was_made_to_be_slow_is_read_or_refused_at_once(text: str) -> None:
    try:
        found = inventory({"requirements.txt": text})
    except InputError:
        return
    assert len(found.dependencies) + len(found.unchecked) <= 1


def test_the_limit_of_packages_holds_over_all_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pysentry_hook.inputs.limits.MAX_PACKAGES", 3)
    files = {"requirements.txt": "-r a.txt\na==1\nb==1\n", "a.txt": "c==1\n"}
    assert len(pins(inventory(files))) == 3
    with pytest.raises(InputError, match=r"^a\.txt: has more than 3 packages"):
        inventory({**files, "requirements.txt": "a==1\nb==1\nd==1\n-r a.txt\n"})


def test_a_name_is_shown_without_characters_that_reorder_a_line() -> None:
    found = inventory({"requirements.txt": "./\u202egpj.\x1b[31mlib"})
    assert list(reasons(found)) == ["./gpj.[31mlib"]


def test_an_empty_file_installs_nothing() -> None:
    assert pins_of("") == pins_of("# nothing\n\n") == []
