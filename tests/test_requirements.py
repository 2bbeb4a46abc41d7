"""requirements.txt, which the Action installs, holds all that the product needs, by version and hash."""

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

HOUSE = Path(__file__).parents[1]
TEXT = (HOUSE / "requirements.txt").read_text(encoding="utf-8")


def test_every_dependency_is_pinned_to_a_version_that_it_allows() -> None:
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = [Requirement(text) for text in (*project["dependencies"], *project["optional-dependencies"]["uv"])]
    pins = {pin.name: pin for pin in map(Requirement, re.findall(r"^([\w.-]+==[\w.+!-]+)", TEXT, re.MULTILINE))}
    assert {each.name for each in needed} <= pins.keys()
    for each in needed:
        (pinned,) = pins[each.name].specifier
        assert each.specifier.contains(pinned.version), each


def test_every_pin_has_hashes_and_no_address_stands_there() -> None:
    blocks = re.split(r"\n(?=\S)", TEXT.strip())
    assert [
        block
        for block in blocks
        if not re.fullmatch(r"[\w.-]+==\S+(?: ; .*?)?(?: \\\n +--hash=sha256:[0-9a-f]{64})+", block)
    ] == []
    assert "://" not in TEXT
