"""What each sort of value takes from TOML and from the environment, and what it refuses."""

from typing import Any

import pytest

from pysentry_hook.config.kinds import (
    DAYS,
    FLAG,
    GROUPS,
    NAMES,
    PYTHON,
    TEXT,
    URL,
    Kind,
    count,
    nearest,
    number,
    one_of,
    shown,
)

LEVEL = one_of("never", "low", "high")


def each(kind: Kind, *values: Any) -> list[tuple[Kind, Any]]:
    return [(kind, value) for value in values]


WRITTEN = pytest.mark.parametrize(
    ("kind", "value", "text", "expected"),
    [
        (FLAG, True, "true", True),
        (FLAG, True, " YES ", True),
        (FLAG, True, "1", True),
        (FLAG, False, "False", False),
        (FLAG, False, "no", False),
        (FLAG, False, "0", False),
        (TEXT, "a b", "a b", "a b"),
        (NAMES, ["a", " b "], "a, b,", ("a", "b")),
        (NAMES, [], " , ", ()),
        (GROUPS, ["dev", "Docs"], "dev,Docs", ("dev", "Docs")),
        (LEVEL, "low", "low", "low"),
        (number(), 0, "0", 0),
        (number(), 1.5, "1.5", 1.5),
        (number(), 1_000_000, "1e6", 1_000_000),
        (count(1), 1, " 1 ", 1),
        (count(), 0, "0", 0),
        (URL, "https://a.example/x?y", "https://a.example/x?y", "https://a.example/x?y"),
        (URL, "http://127.0.0.1:1", "http://127.0.0.1:1", "http://127.0.0.1:1"),
        (PYTHON, "3.12", "3.12", "3.12"),
        (PYTHON, "3.12.4", "3.12.4", "3.12.4"),
        (
            DAYS,
            {"high": 0, "low": 30, "unknown": 1},
            "high=0, low = 30,unknown=1",
            {"low": 30, "high": 0, "unknown": 1},
        ),
        (DAYS, {}, "", {}),
    ],
)


@WRITTEN
def test_a_value_is_the_same_in_a_file_and_in_the_environment(
    kind: Kind, value: object, text: str, expected: object
) -> None:
    assert kind.toml(value) == kind.text(text) == expected


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        *each(FLAG, 1, 0, "true", None, [], {}),
        *each(TEXT, "", "  ", 1, True, ["a"]),
        *each(NAMES, "a", ["a", 1], [""], [" "], {"a": 1}, 1),
        *each(GROUPS, ["a b"], ["-"], "dev", [1]),
        *each(LEVEL, "", "LOW", " low", "hihg", None, 1, ["low"], {}),
        *each(number(), -1, -0.5, True, "1", None, 1_000_001, float("nan"), float("inf")),
        *each(number(0.001), 0, 0.0),
        *each(count(1), 0, -1, 1.0, True, "1", 1_000_001),
        *each(URL, "ftp://a.example", "a.example", "", "HTTPS//x", 1),
        *each(PYTHON, "3", "2.7", "3.12.4.1", "py312", "", 3.12),
        *each(DAYS, 3, [], {"lo": 1}, {"low": -1}, {"low": 1.5}, {"low": True}, {"": 1}),
    ],
)
def test_a_value_without_meaning_in_a_file_is_refused(kind: Kind, value: Any) -> None:
    with pytest.raises(ValueError, match=r"^(is|has) "):
        kind.toml(value)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        *each(FLAG, "", "maybe", "2", "on"),
        *each(TEXT, "", "  "),
        *each(GROUPS, "a b", "dev,-"),
        *each(LEVEL, "", "LOW", "hihg", "low,high"),
        *each(number(), "", "soon", "12h", "-1", "nan", "inf", "1e99"),
        *each(count(1), "", "0", "-1", "1.0", "many", "9" * 5000),
        *each(URL, "", "a.example", "file:///x"),
        *each(PYTHON, "", "3", "latest"),
        *each(DAYS, "3", "low", "low=", "low=x", "lo=1", "low:1"),
    ],
)
def test_a_value_without_meaning_in_the_environment_is_refused(kind: Kind, text: str) -> None:
    with pytest.raises(ValueError, match=r"^(is|has) "):
        kind.text(text)


def test_a_misspelt_word_is_answered_with_the_nearest_one() -> None:
    with pytest.raises(ValueError, match=r"^is not one of never, low, high \(did you mean high\?\)$"):
        LEVEL.toml("hihg")
    with pytest.raises(ValueError, match=r"^has the severity 'hgih' \(did you mean high\?\); known: low, medium"):
        DAYS.toml({"hgih": 3})
    assert nearest("xyz", ["low"]) == ""


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("https://me:secret@a.example/?token=secret", "'https://a.example/'"),
        (["https://me:secret@a.example/", 1], "['https://a.example/', 1]"),
        ("a\nb\x1b[31m", "'a b[31m'"),
        (1, "1"),
    ],
)
def test_what_an_error_repeats_is_one_clean_line_without_credentials(value: object, expected: str) -> None:
    assert shown(value) == expected
    assert len(shown("x" * 1000)) < 70
