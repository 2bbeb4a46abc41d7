"""The page of what decides is what its command makes, leaves nothing out, and each of its examples can be taken."""

from pathlib import Path

import pytest

from pysentry_hook.config.guide import GUIDE, example
from pysentry_hook.config.keys import GATE_KEYS, KEYS, SUPPRESSION_KEYS
from pysentry_hook.config.statements import from_environment
from pysentry_hook.policy.gates import BUILT_IN, DEFAULT
from tests.config.settling import configured
from tests.config.test_schema import is_accepted_by_the_schema
from tests.examples.options import PAGE, SECTIONS, page

IN_FILES = [name for name in GUIDE if name not in KEYS or KEYS[name].in_files]
ELSEWHERE = {"config", "no_config"}
"""What is said of a run and decides nothing: which files are read."""


def test_the_page_is_what_its_command_makes() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "make it anew: python -m tests.examples.options"


def test_every_setting_that_decides_has_its_guide_and_its_place_on_the_page() -> None:
    deciding = {name for name in KEYS if name.startswith(("ignore.", "maintenance."))}
    deciding |= {name for name, key in KEYS.items() if not key.in_files} - ELSEWHERE
    deciding |= {*GATE_KEYS, *(f"suppressions.{name}" for name in SUPPRESSION_KEYS)}
    deciding |= {"branches", "extends", "groups.NAME.fail_on", "gates.NAME.groups.NAME.fail_on", "sources.required"}
    shown = [name for _, names in SECTIONS.values() for name in names]
    assert len(set(shown)) == len(shown)
    assert set(shown) == GUIDE.keys() == deciding


def test_every_option_of_the_page_has_the_same_shape() -> None:
    _, *options = page().split("\n### ")
    assert len(options) == len(GUIDE)
    for option in options:
        starts = [line.partition(":")[0] for line in option.splitlines() if line.startswith(("* ", "```"))]
        assert starts in ([*("* What", "* Why", "* Default"), f"```{kind}", "```"] for kind in ("toml", "sh"))


def test_the_defaults_of_the_page_are_those_of_the_built_in_gate() -> None:
    for name, value in BUILT_IN[DEFAULT].items():
        key = GATE_KEYS[name]
        assert (f"x = {key.default}" if key.default else None) == (None if value is None else f"x = {_toml(value)}")


def _toml(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else f'"{value}"' if isinstance(value, str) else str(value)


@pytest.mark.parametrize("name", IN_FILES)
def test_every_example_of_a_file_is_read(name: str, tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / ".git").mkdir()
    (tmp_path / "policy.toml").write_text("", encoding="utf-8")
    (tmp_path / "project" / ".pysentry-hook.toml").write_text(example(name), encoding="utf-8")
    found = configured(tmp_path / "project")
    said, *bases = found.below
    gates = {key for table in said.gates.values() for key in table}
    wanted = name.removeprefix("gates.NAME.").replace("NAME", "dev")
    if name == "extends":
        assert len(bases) == 1
    elif name.startswith("suppressions."):
        assert [entry.id for entry in said.suppressions] == ["CVE-2025-69872"]
    else:
        assert {wanted, f"defaults.{wanted}"} & {*gates, *said.settings}
    assert is_accepted_by_the_schema(example(name))


@pytest.mark.parametrize("name", sorted(GUIDE.keys() - IN_FILES))
def test_every_example_of_a_run_is_read(name: str) -> None:
    variable, _, value = example(name).partition("=")
    (stated,) = from_environment({variable: value}, {}).settings.items()
    assert (stated[0], stated[1].value) == (name, value)
