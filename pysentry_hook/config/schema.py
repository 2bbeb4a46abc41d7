"""The JSON Schema of the configuration, for editors."""

from typing import Any

from pysentry_hook.config.guide import GUIDE
from pysentry_hook.config.keys import BRANCHES, EXTENDS, GATE_KEYS, GROUP, KEYS, NEEDED, SUPPRESSION_KEYS, Key
from pysentry_hook.config.kinds import TEXT


def config_schema() -> dict[str, Any]:
    """Return the schema of `.pysentry-hook.toml`, which is that of `[tool.pysentry-hook]` too."""
    tables: dict[str, dict[str, Any]] = {}
    for name, key in KEYS.items():
        table, _, rest = name.partition(".")
        if key.in_files and rest:
            tables.setdefault(table, {})[rest] = _described(name, key)
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": "urn:pysentry-hook:config",
        "title": "Configuration of pysentry-hook",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "extends": _described("extends", EXTENDS),
            **{table: _table(properties) for table, properties in tables.items()},
            "groups": _groups(),
            "gates": {
                "type": "object",
                "description": "Gates by name; the built-in ones are default, commit, change and push.",
                "additionalProperties": _table({
                    "branches": _described("branches", BRANCHES),
                    **{name: _described(name, key) for name, key in GATE_KEYS.items()},
                    "groups": _groups(),
                }),
            },
            "suppressions": {"type": "array", "items": _suppression()},
        },
    }  # fmt: skip


def _described(name: str, key: Key) -> dict[str, Any]:
    return {**key.kind.schema, "description": _told(name, key.what)}


def _told(name: str, what: str) -> str:
    """What a setting does and, where it decides, what for."""
    guide = GUIDE.get(name.removeprefix("defaults."))
    return f"{what} {guide.why}" if guide else what


def _table(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _groups() -> dict[str, Any]:
    return {
        "type": "object",
        "description": "Thresholds of groups and extras by name.",
        "additionalProperties": _table({"fail_on": _described("groups.NAME.fail_on", GROUP)}),
    }


def _suppression() -> dict[str, Any]:
    text: dict[str, Any] = dict(TEXT.schema)
    kinds: dict[str, dict[str, Any]] = {
        "id": {"type": "string", "pattern": r"^\s*[A-Za-z]+-[A-Za-z0-9._-]+\s*$"},
        "reason": {"type": "string", "pattern": r"\S\s+\S+\s+\S"},
        # a day of TOML is no string, and editors show it to a schema in different ways
        "expires": {"pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "not": {"type": ["array", "boolean", "null", "number"]}},
        "until": {"enum": ["fixed"]},
    }
    properties = {
        name: {**kinds.get(name, text), "description": _told(f"suppressions.{name}", what)}
        for name, what in SUPPRESSION_KEYS.items()
    }
    return {**_table(properties), "required": list(NEEDED)}
