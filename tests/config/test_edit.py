"""Whatever a configuration file looks like, a suppression is added, renewed and removed and no other byte moves."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as some

from pysentry_hook.config.edit import Target, added, removed, renewed, toml
from pysentry_hook.errors import ConfigError
from tests.config.settling import TODAY

OURS = Target(Path(".pysentry-hook.toml"), ())
MANIFEST = Target(Path("pyproject.toml"), ("tool", "pysentry-hook"))
BOM = "\ufeff"
ENTRY = {"id": "CVE-2099-9", "package": "idna", "reason": "only used in tests", "expires": date(2027, 3, 31)}
LATER = {"expires": date(2027, 6, 30), "reason": 'it is "closed" \\ now'}

HEADERS = [
    "[[{}suppressions]]", "[[ {} suppressions ]]  # accepted", "  [[{}'suppressions']]", '[[{}"suppressions"]]',
    "[[{}suppressions]]",
]  # fmt: skip
REASONS = [
    'reason = "the path is closed"', "reason = 'the path is closed'  # really", 'reason = "a \\"# b\\" c"',
    'reason = """\n[[suppressions]]\nexpires = 2000-01-01 and more"""', "'reason' = '''one line it is'''",
    'reason = "a\u2028[b c"',
]  # fmt: skip
EXPIRES = ["expires = 2027-01-31", "\texpires=2027-01-31 # soon", '"expires" = "2027-01-31"', "'expires' = 2027-01-31"]
MORE = ["", 'package = "requests"', "# why: expires = 2020-01-01", "", 'owner = "me"', "# [[suppressions]]"]
OTHERS = [
    '[{}defaults]\nfail_on = "low"', "# a comment\n[{}gates.release]\nbranches = [\n  'a',\n  # [x]\n  'b',\n]",
    "[{}http]\ntimeout = 3", "", "\n", "# the end", "[ {} gates . 'x y' ]\nonly_fixable = true",
]  # fmt: skip
FOREIGN = ['[project]\nname = "x"\ndependencies = [\n  "a",\n]', "[tool.other]\nx = [[1], [2]]\ny = '''\n[[z]]'''"]


@some.composite
def an_entry(draw: some.DrawFn, prefix: str, number: int) -> str:
    """One suppression as a table, its keys in any order."""
    header = draw(some.sampled_from(HEADERS)).format(prefix)
    keys = [f'id = "CVE-2099-{number}"', draw(some.sampled_from(REASONS)), draw(some.sampled_from(EXPIRES))]
    more = [text for text in draw(some.lists(some.sampled_from(MORE), max_size=2, unique=True)) if text]
    return "\n".join([header, *draw(some.permutations([*keys, *more]))])


@some.composite
def a_file(draw: some.DrawFn) -> tuple[Target, str, int]:
    """A configuration file with suppressions as tables, and their number."""
    target = draw(some.sampled_from([OURS, MANIFEST]))
    prefix = "" if target is OURS else draw(some.sampled_from(["tool.pysentry-hook.", 'tool . "pysentry-hook".']))
    count = draw(some.integers(0, 3))
    parts = [draw(an_entry(prefix, number)) for number in range(count)]
    others = draw(some.lists(some.sampled_from(OTHERS), max_size=3, unique=True))
    for other in [text.format(prefix) for text in others] + (
        [] if target is OURS else [draw(some.sampled_from(FOREIGN))]
    ):
        parts.insert(draw(some.integers(0, len(parts))), other)
    text = draw(some.sampled_from(["\n", "\n\n", "\n\n\n"])).join(parts) + draw(some.sampled_from(["", "\n", "\n\n"]))
    text = text.replace("\n", draw(some.sampled_from(["\n", "\r\n"])))
    text = draw(some.sampled_from(["", BOM])) + text
    try:
        tomllib.loads(text.removeprefix(BOM))
    except tomllib.TOMLDecodeError:
        assume(False)
    return target, text, count


def entries(target: Target, text: str) -> list[dict[str, Any]]:
    return list(target.values(text).get("suppressions", []))


def without(target: Target, text: str) -> dict[str, Any]:
    """What a file says beside its suppressions."""
    values = tomllib.loads(text.removeprefix(BOM))
    table: Any = values
    for key in target.table:
        table = table.setdefault(key, {})
    table.pop("suppressions", None)
    if target.table and not table:
        values["tool"].pop("pysentry-hook")
    return {key: value for key, value in values.items() if value != {}}


def is_part_of(part: list[str], whole: list[str]) -> bool:
    """Whether the lines of `part` are lines of `whole` in the same order."""
    rest = iter(whole)
    return all(line in rest for line in part)


def lines(text: str) -> list[str]:
    return text.split("\n")


@given(a_file())
@example((OURS, "", 0))
@example((OURS, BOM, 0))
@example((MANIFEST, "[tool]\npysentry-hook.defaults.fail_on = 'low'", 0))
def test_an_added_suppression_stands_behind_all_that_was_there(file: tuple[Target, str, int]) -> None:
    target, text, count = file
    after = added(target, text, ENTRY)
    assert after.startswith(text)
    assert entries(target, after) == [*entries(target, text), ENTRY]
    assert len(target.suppressions(after, TODAY)) == count + 1
    assert without(target, after) == without(target, text)
    new = after[len(text) :]
    assert ("\r\n" in new) == ("\r\n" in text) or "\n" not in text
    assert "\r\n" not in text or "\n" not in new.replace("\r\n", "")
    assert after.endswith("\n")


@given(a_file(), some.integers(0, 2))
def test_a_removed_suppression_takes_its_own_lines_away_and_one_blank_one(
    file: tuple[Target, str, int], number: int
) -> None:
    target, text, count = file
    assume(number < count)
    after = removed(target, text, number)
    known = entries(target, text)
    assert entries(target, after) == known[:number] + known[number + 1 :]
    assert without(target, after) == without(target, text)
    assert is_part_of(lines(after.removeprefix(BOM)), [*lines(text.removeprefix(BOM)), ""])
    assert after.startswith(BOM) == text.startswith(BOM)
    comments = [line for line in lines(text) if line.strip() in {"# a comment", "# the end"}]
    assert is_part_of([line.strip() for line in comments], [line.strip() for line in lines(after.removeprefix(BOM))])


@given(a_file(), some.integers(0, 2))
def test_a_renewed_suppression_changes_the_lines_of_its_keys_alone(file: tuple[Target, str, int], number: int) -> None:
    target, text, count = file
    assume(number < count)
    known = entries(target, text)
    known[number] |= LATER
    after = renewed(target, text, number, LATER)
    assert entries(target, after) == known
    assert without(target, after) == without(target, text)
    before, now = lines(text), lines(after)
    assert len(before) - len(now) in ({0, 2} if '"""' in text else {0})
    assert is_part_of([line for line in now if "2027-06-30" not in line and "it is" not in line], before)
    assert is_part_of([line for line in before if " # " in line and "reason" not in line and "soon" not in line], now)
    assert text.count("\r\n") - after.count("\r\n") in {0, len(before) - len(now)}
    assert [text.count(comment) for comment in ("# soon", "# really")] == [
        after.count(comment) for comment in ("# soon", "# really")
    ]


@given(a_file())
def test_what_was_added_is_removed_without_a_trace(file: tuple[Target, str, int]) -> None:
    target, text, count = file
    assume(not text.removeprefix(BOM) or text.endswith("\n"))
    assert removed(target, added(target, text, ENTRY), count) == text


INLINE = [
    "suppressions = [{}]\n",
    "suppressions = [{}] # why\n[defaults]\nfail_on = 'low' # x\n",
    "# head\r\nsuppressions = [\r\n    # why\r\n    {},\r\n]\r\n\r\n[http]\r\ntimeout = 3\r\n",
    "suppressions = [\n    {}, # why\n]\n",
    "suppressions = [\n  {} # why\n]",
    "suppressions = [\n\t{}\n  ,\n  # the end\n]\n",
    "[tool.pysentry-hook]\nsuppressions = [\n  {}]\n\n[project]\nname = 'x'",
    "[tool]\npysentry-hook.suppressions = [{},]\n",
    "[tool]\npysentry-hook = {{ suppressions = [{}], defaults.fail_on = 'low' }}\n# end",
    "tool = {{ pysentry-hook = {{ suppressions = [{}]}}, x = 1 }}\n",
]
SEPARATORS = [", ", ",", ",\n  ", ", # one\n  ", " ,\n  # of two\n  "]


def inline(number: int) -> str:
    return f'{{ id="CVE-2099-{number}",reason = "a ]}},# c" , expires =2027-01-31}}'


def the_target(text: str) -> Target:
    return MANIFEST if "tool" in text else OURS


@pytest.mark.parametrize("head", ["", BOM])
@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize("text", INLINE)
def test_an_array_that_is_written_inline_is_changed_in_its_place(text: str, separator: str, head: str) -> None:
    target = the_target(text)
    end = "\r\n" if "\r\n" in text else "\n"
    start, stop = (head + text).replace("{{", "{").replace("}}", "}").split("{}")
    before = f"{start}{inline(1)}{separator}{inline(2)}{stop}".replace("\r\n", "\n").replace("\n", end)
    start, stop = (part.replace("\r\n", "\n").replace("\n", end) for part in (start, stop))

    after = added(target, before, ENTRY)
    assert entries(target, after) == [*entries(target, before), ENTRY]
    assert is_part_of(list(before), list(after))
    assert after.startswith(before[: before.index(inline(2)) + len(inline(2))])
    assert end == "\n" or "\n" not in after.replace(end, "")

    for number in (1, 2):
        after = removed(target, before, number - 1)
        assert entries(target, after) == [entries(target, before)[2 - number]]
        assert is_part_of(list(after), list(before))
        assert inline(3 - number) in after
        assert after.startswith(start.rstrip(" \t"))
        assert after.endswith(stop[stop.index("]") :])
        new = inline(number).replace("2027-01-31", "2027-06-30").replace('"a ]},# c"', toml(LATER["reason"]))
        assert renewed(target, before, number - 1, LATER) == before.replace(inline(number), new)
        more = inline(number).replace("{", '{ owner = "me",', 1)
        assert renewed(target, before, number - 1, {"owner": "me"}) == before.replace(inline(number), more)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[{1}]", "[{1}, {9}]"),
        ("[ {1}, ]", "[ {1}, {9}, ]"),
        ("[\n  {1}\n]", "[\n  {1},\n  {9}\n]"),
        ("[\n\t{1}, # why\n]", "[\n\t{1}, # why\n\t{9},\n]"),
        ("[\r\n  {1},\r\n  # the end\r\n]", "[\r\n  {1},\r\n  {9},\r\n  # the end\r\n]"),
        ("[\n  {1}]", "[\n  {1}, {9}]"),
        ("[]", "[{9}]"),
        ("[\n  # none\n]", "[{9}\n  # none\n]"),
    ],
)
def test_a_further_entry_is_written_as_those_before_it(before: str, after: str) -> None:
    more = ", ".join(f"{key} = {toml(value)}" for key, value in ENTRY.items())
    texts = [f"suppressions = {text}\n".replace("{1}", inline(1)) for text in (before, after)]
    assert added(OURS, texts[0], ENTRY) == texts[1].replace("{9}", f"{{ {more} }}")


@pytest.mark.parametrize("text", INLINE)
def test_the_only_entry_of_an_array_is_removed_and_another_put_into_it(text: str) -> None:
    target = the_target(text)
    before = text.format(inline(1))
    after = removed(target, before, 0)
    assert entries(target, after) == []
    assert is_part_of(list(after), list(before))
    again = added(target, after, ENTRY)
    assert entries(target, again) == [ENTRY]
    assert is_part_of(list(after), list(again))


@pytest.mark.parametrize(
    "text",
    [
        "[tool]\npysentry-hook = {} # ours\n",
        "[tool]\npysentry-hook = { } # ours\n",
        "[tool]\npysentry-hook = { defaults.fail_on = 'low' } # ours\n",
        "tool = { pysentry-hook = { defaults = { fail_on = 'low' } }, other = {} } # ours\nlast = 1",
        "tool = { other = 1 } # ours\n[x]\ny = 1\n",
        "tool = {}\n",
    ],
)
def test_the_first_suppression_of_a_table_that_is_inline_is_put_into_it(text: str) -> None:
    after = added(MANIFEST, text, ENTRY)
    assert entries(MANIFEST, after) == [ENTRY]
    assert without(MANIFEST, after) == without(MANIFEST, text)
    assert is_part_of(list(text), list(after))
    assert entries(MANIFEST, added(MANIFEST, after, ENTRY)) == [ENTRY, ENTRY]


@pytest.mark.parametrize(
    "text",
    [
        "[[suppressions]\n",
        "suppressions = 3\n",
        "suppressions = {}\n",
        "suppressions = [3]\n[suppressions]\n",
        "x = " + "[" * 5000,
        "[a]\n[a]\n",
    ],
)
def test_what_cannot_be_changed_is_refused_with_one_line(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        added(OURS, text, ENTRY)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith(".pysentry-hook.toml: ")


@pytest.mark.parametrize(
    "reason", ['a "b" c', "a \\ b", "tab\there x", "Größe \U0001f600 ok", "a\x7fb c d", "' '' \"\"\""]
)
def test_any_text_can_be_written_and_is_read_as_it_was(reason: str) -> None:
    after = added(OURS, "", {**ENTRY, "reason": reason})
    assert entries(OURS, after)[0]["reason"] == reason
    assert tomllib.loads(f"x = {toml(reason)}") == {"x": reason}


def test_a_change_that_would_reach_another_suppression_is_refused() -> None:
    text = "[[suppressions]]\nid = 'a'\n[[suppressions]]\nid = 'b'\n[suppressions.more]\nx = 1\n"
    with pytest.raises(ConfigError, match="cannot be changed without touching more than that; edit it by hand"):
        removed(OURS, text, 1)
