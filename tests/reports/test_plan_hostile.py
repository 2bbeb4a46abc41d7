"""What others wrote into a plan can neither act on a terminal nor be run, in any format."""

import json

import pytest

from pysentry_hook.reports import PLAN_FORMATS
from pysentry_hook.reports.look import Look
from pysentry_hook.text import printable
from tests.reports import gfm
from tests.reports.commands import acts
from tests.reports.plans import filled
from tests.reports.test_hostile import UNSEEN, hostile


@pytest.mark.parametrize("name", PLAN_FORMATS)
@hostile
def test_what_others_write_acts_on_no_terminal_and_on_no_runner(name: str, text: str) -> None:
    shown = PLAN_FORMATS[name]().render(filled(text), Look())
    assert not set(shown) & UNSEEN or name == "json"
    for line in shown.splitlines():
        assert not acts(line), line


@hostile
def test_what_others_write_begins_no_line_of_its_own(text: str) -> None:
    shown, plain = (PLAN_FORMATS["human"]().render(filled(each), Look()) for each in (text, "word"))
    assert shown.count("\n") == plain.count("\n")


@hostile
def test_json_says_the_same_whatever_it_escapes(text: str) -> None:
    found = json.loads(PLAN_FORMATS["json"]().render(filled(text), Look()))
    assert found["notes"] == [text]
    assert found["changes"][0]["edits"][0]["after"] == text


@hostile
def test_what_others_write_is_no_markup(text: str) -> None:
    shown = PLAN_FORMATS["markdown"]().render(filled(text), Look())
    gfm.check(shown)
    # a command that is not what it seems is not offered to copy, whatever it holds
    is_seen = all(printable(command) == command for command in filled(text).commands)
    plain = PLAN_FORMATS["markdown"]().render(filled("word" if is_seen else "word\x1b"), Look())
    assert gfm.skeleton(shown) == gfm.skeleton(plain)
