"""Text that others wrote, made safe to show."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pysentry_hook.text import clean, one_line, without_credentials

HOSTILE = {
    "escape sequence": "\x1b[31mred\x1b[0m",
    "terminal title": "\x1b]0;title\x07",
    "one-byte escape": "\x9b31m",
    "backspaces": "safe\x08\x08\x08\x08evil",
    "carriage return": "evil\rsafe",
    "null": "a\x00b",
    "delete": "a\x7fb",
    "right-to-left override": "a\u202egnp.exe",
    "isolates": "a\u2066b\u2069",
    "marks": "a\u200e\u200f\u061cb",
    "zero width": "re\u200bquests",
    "byte order mark": "\ufeffrequests",
    "line separator": "a\u2028b\u2029c",
    "lone surrogate": "a\ud800b",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_could_act_on_a_terminal_or_reorder_a_line_is_taken_out(text: str) -> None:
    for cleaned in (clean(text), one_line(text)):
        assert not any(unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for character in cleaned)
        cleaned.encode()


def test_what_people_write_stays_as_it_is() -> None:
    text = "Größe, 日本語, مرحبا, 👍\n\tindented"
    assert clean(text) == text


def test_line_ends_of_windows_become_newlines() -> None:
    assert clean("a\r\nb") == "a\nb"


def test_nothing_is_empty_and_a_number_is_its_digits() -> None:
    assert clean(None) == ""
    assert one_line(None) == ""
    assert clean(7) == "7"


@pytest.mark.parametrize(("text", "expected"), [("a\n b\t\tc ", "a b c"), ("\n\n", ""), ("a\u00a0b", "a b")])
def test_one_line_is_one_line(text: str, expected: str) -> None:
    assert one_line(text) == expected


def test_a_long_text_ends_with_an_ellipsis_within_the_limit() -> None:
    assert one_line("abcdef", 6) == "abcdef"
    assert one_line("abcdefg", 6) == "abcde…"
    assert one_line("abcd efg", 6) == "abcd…"


@given(st.text(), st.integers(min_value=1, max_value=50))
def test_any_text_becomes_one_clean_line_within_the_limit(text: str, limit: int) -> None:
    line = one_line(text, limit)
    assert len(line) <= limit
    assert "\n" not in line
    assert clean(line) == line == line.strip()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://user:secret@pkgs.example/simple", "https://pkgs.example/simple"),
        ("https://user:sec/ret@pkgs.example/simple", "https://pkgs.example/simple"),
        ("https://user:s/e@c/ret@pkgs.example:80/simple", "https://pkgs.example:80/simple"),
        ("https://pkgs.example:8080/simple@1", "https://pkgs.example:8080/simple@1"),
        ("https://pkgs.example/simple@1", "https://pkgs.example/simple@1"),
        ("https://token@pkgs.example/simple", "https://pkgs.example/simple"),
        ("https://pkgs.example/simple?token=secret", "https://pkgs.example/simple"),
        ("https://pkgs.example/simple#secret", "https://pkgs.example/simple"),
        ("https://pkgs.example:8443/simple", "https://pkgs.example:8443/simple"),
        ("git+ssh://git@github.example/a/b", "git+ssh://github.example/a/b"),
        ("https://pkgs.example/@scope/simple", "https://pkgs.example/@scope/simple"),
        ("\x1b[31mhttps://pkgs.example", "[31mhttps://pkgs.example"),
    ],
)
def test_an_address_is_shown_without_what_may_be_secret(url: str, expected: str) -> None:
    assert without_credentials(url) == expected
