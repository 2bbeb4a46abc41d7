"""The line of every key, however the file is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from pysentry_hook.config.lines import Lines

A_FILE = '''\
# [defaults]
extends = "../a.toml"
defaults.fail_on = "low" # fail_on = 1

[gates."a]b#c"]  # [gates.other]
fail_on = "low"
'only fixable' = true
[ gates . release ]
branches = [
    "main",  # ["x"]
    "release/*",
]
grace_days = { low = 30,
  high = 0 }
groups.dev.fail_on = "high"

[[suppressions]]
reason = """
[[suppressions]]
fail_on = 1 \\""" x
"""
id = "CVE-1"

[suppressions.more]
x = \'\'\'
[gates]
\'\'\'
[[ "suppressions" ]]
id = 'C#VE-2'
expires = 2027-01-01 00:00:00
matrix = [
  ["a"],
  [1.5, [2]],
]
last = 1
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("extends",), 2),
        (("defaults",), 3),
        (("defaults", "fail_on"), 3),
        (("gates", "a]b#c"), 5),
        (("gates", "a]b#c", "fail_on"), 6),
        (("gates", "a]b#c", "only fixable"), 7),
        (("gates", "release"), 8),
        (("gates", "release", "branches"), 9),
        (("gates", "release", "branches", 0), 10),
        (("gates", "release", "branches", 1), 11),
        (("gates", "release", "grace_days"), 13),
        (("gates", "release", "grace_days", "low"), 13),
        (("gates", "release", "grace_days", "high"), 14),
        (("gates", "release", "groups", "dev", "fail_on"), 15),
        (("suppressions",), 17),
        (("suppressions", 0), 17),
        (("suppressions", 0, "reason"), 18),
        (("suppressions", 0, "id"), 22),
        (("suppressions", 0, "more"), 24),
        (("suppressions", 0, "more", "x"), 25),
        (("suppressions", 1), 28),
        (("suppressions", 1, "id"), 29),
        (("suppressions", 1, "expires"), 30),
        (("suppressions", 1, "matrix", 1, 1), 33),
        (("suppressions", 1, "last"), 35),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_every_key_has_its_line(path: tuple[str | int, ...], line: int, end: str) -> None:
    assert Lines(A_FILE.replace("\n", end)).line(path) == line


@pytest.mark.parametrize(
    ("path", "line"),
    [(("defaults", "unchecked"), 3), (("suppressions", 1, "reason"), 28), (("suppressions", 7), 17), (("nowhere",), 1)],
)
def test_what_has_no_line_of_its_own_has_that_of_what_is_around_it(path: tuple[str | int, ...], line: int) -> None:
    assert Lines(A_FILE).line(path) == line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('suppressions = [{ id = "a" }, { id = "b" }]\n', 1),
        ('suppressions = [\n  { id = "a" },\n  # { id = "no" },\n  { id = "b" },\n]\n', 4),
        ('suppressions = [\n  { id = "a" }\n  ,\n  { id = "b" }]', 4),
        ('[[suppressions]]\nid = "a"\n[[suppressions]]\nid = "b"', 3),
        ('x = "a\u2028b\x85"\n[[suppressions]]\nid = "a"\n[[suppressions]]\nid = "b"', 4),
        ('x = "\\\\"\n[[suppressions]]\n[[suppressions]]\n', 3),
    ],
)
def test_each_entry_of_a_list_has_its_line(text: str, line: int) -> None:
    assert Lines(text).line(("suppressions", 1)) == line


@given(some.text(alphabet="[]{}=,.#\"'\\ \n\rab1-", max_size=60))
def test_what_is_no_toml_ends_all_the_same(text: str) -> None:
    assert Lines(text).line(("a", "b")) >= 1


@pytest.mark.timeout(60)
@pytest.mark.parametrize("text", ["[" * 300_000, 'a = """' + '"' * 300_000, "a = '''" + "''" * 150_000, "=" * 300_000])
def test_a_file_that_was_made_to_be_slow_is_read_at_once(text: str) -> None:
    assert Lines(text).line(("b",)) == 1
