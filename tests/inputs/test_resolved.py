"""What was declared is in the inventory after a resolution too, or it is told why not."""

import pytest

from pysentry_hook.inputs.resolved import merged
from pysentry_hook.model import Inventory
from tests.inputs.reading import inventory, pins, reasons

OLD, NEW = "python_version < '3.12'", "python_version >= '3.12'"
LEFT_OUT = "left out by the resolver, because of its marker"


def resolved(text: str, lock: str) -> Inventory:
    found = inventory({"requirements.txt": text})
    return merged(found, found.requirements, inventory({"requirements.txt": lock}), "pip-tools", ())


def lines(found: Inventory) -> dict[str, int]:
    return {f"{one.name} {one.version}": found.places.location(one.place).line for one in found.dependencies}


def test_a_pin_of_another_environment_stays_beside_the_one_that_was_resolved() -> None:
    found = resolved(f"a==1 ; {OLD}\na==2 ; {NEW}\n", "a==2\n")
    assert sorted(pins(found)) == ["a 1", "a 2"]
    assert {str(one.version): one.markers for one in found.dependencies} == {"1": (OLD,), "2": ()}
    assert lines(found) == {"a 1": 1, "a 2": 2}
    assert reasons(found) == {}


def test_a_range_of_another_environment_is_told_beside_the_version_that_was_resolved() -> None:
    found = resolved(f"a>=1,<2 ; {OLD}\na>=2 ; {NEW}\n", "a==2.5\n")
    assert pins(found) == ["a 2.5"]
    assert len(found.unchecked) == 1
    assert found.unchecked[0].reason.startswith(LEFT_OUT)
    assert found.places.location(found.unchecked[0].place).line == 1


def test_each_version_has_the_line_that_asked_for_it() -> None:
    found = resolved(f"a>=1,<2 ; {OLD}\na>=2 ; {NEW}\n", "a==2.5\na==1.5\n")
    assert lines(found) == {"a 2.5": 2, "a 1.5": 1}
    assert found.unchecked == ()


@pytest.mark.parametrize("locked", ["1.0", "1.0.0", "1.0+cpu"])
def test_a_pin_that_was_resolved_is_there_once(locked: str) -> None:
    found = resolved("a==1.0\nb\n", f"a=={locked}\nb==3\n")
    assert pins(found) == [f"a {locked}", "b 3"]
    assert reasons(found) == {}


def test_what_an_override_stands_for_is_not_told_as_left_out() -> None:
    manifest = '[project]\nname = "shop"\ndependencies = ["a==1"]\n[tool.uv]\noverride-dependencies = ["a==2"]\n'
    found = inventory({"pyproject.toml": manifest})
    found = merged(found, found.requirements, inventory({"requirements.txt": "a==2\n"}), "uv", ())
    assert pins(found) == ["a 2"]
    assert reasons(found) == {}
