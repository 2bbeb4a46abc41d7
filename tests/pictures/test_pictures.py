"""The pictures are what their commands draw now, and a page can show them that lets nothing be loaded or run."""

import re
import sys
from subprocess import run as call
from xml.etree import ElementTree as ET

import pytest

from tests.pictures import house
from tests.pictures import run as the_run
from tests.pictures.__main__ import PICTURES

SVG = "{http://www.w3.org/2000/svg}"
EVERY = pytest.mark.parametrize("name", PICTURES)


@EVERY
def test_a_picture_is_what_its_command_draws_now(name: str) -> None:
    if name == "run":
        pytest.importorskip("pty")
    picture = PICTURES[name]
    kept = picture.PICTURE.read_text(encoding="utf-8")
    again = f"draw it anew: python -m tests.pictures {name}"
    assert picture.without_days(kept) == picture.without_days(picture.make()), again


@EVERY
def test_a_picture_loads_nothing_and_runs_nothing(name: str) -> None:
    text = PICTURES[name].PICTURE.read_text(encoding="utf-8")
    assert re.findall(r"\w+://[^\"' ]*", text) == ["http://www.w3.org/2000/svg"]
    assert not re.search(r"url\(|@import|@font-face|href|\bon\w+=|javascript|data:", text)
    elements = {each.tag.removeprefix(SVG) for each in ET.fromstring(text).iter()}  # noqa: S314 (our own)
    assert elements <= {"svg", "title", "style", "rect", "circle", "path", "text"}


@EVERY
def test_every_text_of_a_picture_is_inside(name: str) -> None:
    svg = ET.parse(PICTURES[name].PICTURE).getroot()  # noqa: S314 (our own)
    width, height = map(float, svg.attrib["viewBox"].split()[2:])
    for text in svg.iter(f"{SVG}text"):
        x, y, length = (float(text.get(key, 0)) for key in ("x", "y", "textLength"))
        assert 0 < x <= x + length < width, text.text
        assert 0 < y < height, text.text


def test_a_day_is_no_part_of_what_is_compared() -> None:
    said = "CVE-2023-37920 2023.7.22 {} --expires&#160;{}"
    one, other = said.format("2026-11-26 01:44", "2027-02-24"), said.format("2026-12-01&#160;11:20", "2027-03-01")
    assert the_run.without_days(one) == the_run.without_days(other)
    assert "CVE-2023-37920 2023.7.22" in the_run.without_days(one)


def test_the_run_shows_the_command_and_all_that_it_printed() -> None:
    svg = ET.fromstring(the_run.drawn("the command", "\x1b[1;31mred\x1b[0m  plain\n\n  \x1b[2mlast\x1b[0m\n"))  # noqa: S314
    texts = [(text.text, text.get("class"), text.get("y")) for text in svg.iter(f"{SVG}text")]
    assert texts[1:] == [
        ("$", "dim", "52"),
        ("the\u00a0command", "bold", "52"),
        ("red", "bold c1", "72"),
        ("plain", "", "72"),
        ("last", "dim", "112"),
    ]


def test_the_house_has_every_room_in_its_layer() -> None:
    svg = ET.parse(house.PICTURE).getroot()  # noqa: S314 (our own)
    names = [text.text or "" for text in svg.iter(f"{SVG}text") if text.get("class") == "name"]
    rooms = [name for layer in house.layers() for name in layer]
    assert [name.removesuffix("/") for name in names] == [*house.FLOW, *rooms]
    assert set(house.FLOW) <= set(rooms)
    assert list(house.FLOORS) == [layer[0] for layer in house.layers() if layer[0] in house.FLOORS]


def test_a_sentence_that_is_too_long_loses_its_last_parts() -> None:
    assert house._wrapped("one thing, and another; a third", 100, 2) == ["one thing, and", "another"]
    assert house._wrapped("one thing, and another; a third", 100, 1) == ["one thing"]


def test_a_picture_that_nobody_knows_is_refused() -> None:
    done = call([sys.executable, "-m", "tests.pictures", "cat"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "usage: python -m tests.pictures run|house\n")
