"""Every setting can be set wherever it may be, and nowhere else; and is told wherever settings are told."""

import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pysentry_hook import resolvers
from pysentry_hook.config.guide import GUIDE
from pysentry_hook.config.keys import GATE_KEYS, KEYS, RESOLVERS, Key
from pysentry_hook.config.schema import config_schema
from pysentry_hook.config.statements import from_environment
from pysentry_hook.config.templates import template
from pysentry_hook.config.variables import PREFIX, variable
from pysentry_hook.errors import ConfigError
from tests.config.settling import configured
from tests.conftest import Run

IN_FILES = {name: key for name, key in KEYS.items() if key.in_files}
FOR_PROJECTS = {name: key for name, key in IN_FILES.items() if key.in_project}
EVERY = pytest.mark.parametrize("name", KEYS)


def an_example(key: Key) -> tuple[str, str, Any]:
    """A value of a key as TOML, as the environment writes it, and as it is read."""
    schema = key.kind.schema
    if "enum" in schema:
        return f'"{schema["enum"][-1]}"', schema["enum"][-1], schema["enum"][-1]
    if schema["type"] == "array" and "enum" in schema["items"]:
        return '["osv"]', "osv", ("osv",)
    if key.places:
        return '"https://a.example/db"', "https://a.example/db", ("https://a.example/db",)
    examples = {
        "boolean": ("true", "true", True),
        "array": ('["a", "b"]', "a,b", ("a", "b")),
        "number": ("1.5", "1.5", 1.5),
        "integer": ("7", "7", 7),
        "object": ("{ low = 3 }", "low=3", {"low": 3}),
        "string": ('"x"', "x", "x"),
    }
    if schema.get("pattern", "").startswith("^http"):
        return '"https://a.example"', "https://a.example", "https://a.example"
    if schema.get("pattern", "").startswith("^3"):
        return '"3.12"', "3.12", "3.12"
    return examples[schema["type"]]


@EVERY
def test_every_key_can_be_set_by_its_variable(name: str) -> None:
    _, text, expected = an_example(KEYS[name])
    (stated,) = from_environment({variable(name): text}, {}).settings.items()
    assert stated[0] == name
    assert (stated[1].value, stated[1].origin, stated[1].location) == (expected, variable(name), None)


@pytest.mark.parametrize("name", IN_FILES)
def test_every_key_of_files_can_be_set_by_a_file_of_the_user(name: str, tmp_path: Path) -> None:
    toml, _, expected = an_example(KEYS[name])
    user = tmp_path / "home" / "pysentry-hook" / "config.toml"
    user.parent.mkdir(parents=True)
    table, _, key = name.partition(".")
    user.write_text(f"# a comment\n[{table}]\n{key} = {toml}\n", encoding="utf-8")
    (tmp_path / "project").mkdir()
    stated = configured(tmp_path / "project", {"XDG_CONFIG_HOME": str(tmp_path / "home")}).settings()[name]
    assert (stated.value, stated.origin) == (expected, f"{user.as_posix()}:3")


@pytest.mark.parametrize("name", FOR_PROJECTS)
def test_every_key_of_projects_can_be_set_by_a_file_of_the_project(name: str, tmp_path: Path) -> None:
    toml, _, expected = an_example(KEYS[name])
    table, _, key = name.partition(".")
    (tmp_path / "pyproject.toml").write_text(f"[tool.pysentry-hook.{table}]\n{key} = {toml}\n", encoding="utf-8")
    stated = configured(tmp_path).settings()[name]
    assert (stated.value, stated.origin, stated.location) == (expected, "pyproject.toml:2", ("pyproject.toml", 2))


@pytest.mark.parametrize("name", sorted(IN_FILES.keys() - FOR_PROJECTS.keys()))
def test_a_file_of_the_project_is_refused_what_belongs_to_the_user(name: str, tmp_path: Path) -> None:
    toml, _, _ = an_example(KEYS[name])
    table, _, key = name.partition(".")
    (tmp_path / ".pysentry-hook.toml").write_text(f"\n[{table}]\n{key} = {toml}\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        configured(tmp_path)
    assert str(caught.value).endswith(
        f".pysentry-hook.toml:3: {name} is not taken from a project's file; "
        f"set it in your own configuration or {variable(name)}"
    )


@pytest.mark.parametrize("name", sorted(KEYS.keys() - IN_FILES.keys()))
def test_what_is_only_for_a_run_is_taken_from_no_file(name: str, tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(f"{name} = {an_example(KEYS[name])[0]}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=f"a.toml:1: {name} is not taken from a file; give it as an option"):
        configured(tmp_path, config=tmp_path / "a.toml")


def test_what_a_project_may_not_set_is_what_spends_the_users_trust() -> None:
    assert IN_FILES.keys() - FOR_PROJECTS.keys() == {"resolver.allow_build", "cache.dir"}


def test_no_two_keys_share_a_variable() -> None:
    assert len({variable(name) for name in KEYS}) == len(KEYS)
    assert all(variable(name).startswith(PREFIX) for name in KEYS)


def test_every_key_is_shown_with_its_variable(run: Run, tmp_path: Path) -> None:
    # the cache folder is set for every test
    shown = run("config", "show").stdout
    for name in KEYS:
        own = f"{variable(name)}(; no file of a project may say it)?"
        line = rf"^(# )?{name.rpartition('.')[2]}( = \S.*|: not set)   # (default; )?{own}$"
        assert re.search(line, shown, re.MULTILINE), name


@pytest.mark.parametrize("prefix", ["", "tool.pysentry-hook."])
def test_every_key_of_files_is_in_the_full_template(prefix: str) -> None:
    text = template(prefix, full=True)
    for name, key in IN_FILES.items():
        table, _, rest = name.partition(".")
        (section,) = re.findall(rf"^\[{re.escape(prefix + table)}\]\n((?:#.*\n)*)", text, re.MULTILINE)
        assert re.search(rf"^# {rest}( =|:) ", section, re.MULTILINE), name
        assert f"# {key.what}" in section


@pytest.mark.parametrize("name", IN_FILES)
def test_every_key_of_files_is_in_the_schema_with_what_it_does_and_what_for(name: str) -> None:
    table, _, key = name.partition(".")
    guide = GUIDE.get(name.removeprefix("defaults."))
    told = f"{KEYS[name].what} {guide.why}" if guide else KEYS[name].what
    assert config_schema()["properties"][table]["properties"][key]["description"] == told


@pytest.mark.parametrize("name", IN_FILES)
def test_the_default_of_a_key_is_a_value_that_it_takes(name: str) -> None:
    import tomllib

    key = KEYS[name]
    if key.default:
        value = tomllib.loads(f"x = {key.default}")["x"]
        key.kind.toml(value)
        jsonschema.validate(value, dict(key.kind.schema))


def test_every_key_of_gates_can_stand_in_defaults() -> None:
    assert {f"defaults.{name}" for name in GATE_KEYS} <= KEYS.keys()


def test_the_words_of_registries_are_those_that_are_registered() -> None:
    assert tuple(RESOLVERS) == tuple(resolvers.RESOLVERS)
