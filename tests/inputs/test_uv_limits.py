"""What an override of uv stands in the place of pins nothing."""

from collections.abc import Callable

import pytest

from pysentry_hook.model import Inventory
from tests.inputs.reading import edges, inventory, pins, place, reasons

UV = "[tool.uv]\noverride-dependencies = [{}]\n"
WHY = "not pinned: {!r} of override-dependencies stands in its place"


def pyproject(overrides: str) -> Inventory:
    declared = 'dependencies = [\n  "a==1",\n  "b==2",\n  "c>3",\n]\n'
    return inventory({"pyproject.toml": f'[project]\nname = "shop"\n{declared}{UV.format(overrides)}'})


def script(overrides: str) -> Inventory:
    lines = f'dependencies = [\n  "a==1",\n  "b==2",\n  "c>3",\n]\n{UV.format(overrides)}'.splitlines()
    return inventory({"tool.py": "\n".join(("# /// script", *(f"# {line}" for line in lines), "# ///", ""))})


Read = Callable[[str], Inventory]
both = pytest.mark.parametrize("read", [pyproject, script])


@both
@pytest.mark.parametrize("override", ["a==2", "a>1", "A[x]==2 ; python_version < '3.12'"])
def test_a_pin_that_is_overridden_is_no_pin(read: Read, override: str) -> None:
    found = read(f'"{override}", "gone==1"')
    assert pins(found) == ["b 2"]
    assert reasons(found) == {"a": WHY.format(override), "c": reasons(found)["c"]}
    assert place(found, "a").text.strip('"') == "a==1"
    assert not any("a 1" in edge for edge in edges(found))
    assert found.overrides == (override, "gone==1")
    assert len(found.requirements) == 3


@both
def test_of_what_an_override_takes_from_elsewhere_no_index_is_asked(read: Read) -> None:
    override = "a @ git+https://host.example/a"
    found = read('"a @ git+https://me:secret@host.example/a"')
    assert pins(found) == ["b 2"]
    assert reasons(found)["a"] == WHY.format(override)
    assert not any("secret" in note for note in found.notes)
    assert [each.requirement for each in found.requirements] == ["b==2", "c>3"]
