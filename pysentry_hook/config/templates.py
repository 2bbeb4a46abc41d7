"""A new configuration file: the settings with what they do and their defaults, commented out."""

from collections.abc import Iterator, Mapping

from pysentry_hook.config.guide import GUIDE
from pysentry_hook.config.keys import GATE_KEYS, KEYS, SUPPRESSION_KEYS, Key
from pysentry_hook.config.variables import variable

_MINIMAL = ("defaults.fail_on", "defaults.unchecked", "sources.mirrors", "sources.private")


def template(prefix: str, *, full: bool) -> str:
    """Return the text of a configuration file; `prefix` leads to our table, as `tool.pysentry-hook.`."""
    return "\n".join(_lines(prefix, full=full)) + "\n"


def _lines(prefix: str, *, full: bool) -> Iterator[str]:
    yield "# What pysentry-hook checks, and when it blocks. Lines as # key = value show the defaults."
    keys = {name: key for name, key in KEYS.items() if key.in_files and (full or name in _MINIMAL)}
    for table in dict.fromkeys(name.partition(".")[0] for name in keys):
        yield ""
        if table == "defaults":
            yield "# What decides holds for every gate, the built-in ones commit, change and push included."
        yield f"[{prefix}{table}]"
        yield from _settings(table, {n.partition(".")[2]: key for n, key in keys.items() if n.startswith(f"{table}.")})
    yield ""
    yield "# A gate of its own for the branches that are released; every key of [defaults] that decides can stand here."
    yield f"# [{prefix}gates.release]"
    yield '# branches = ["main", "release/*"]'
    yield '# fail_on = "low"'
    if full:
        yield from (f"# # {name}: {key.what}" for name, key in GATE_KEYS.items() if name != "fail_on")
    yield ""
    yield "# The threshold of what nothing but one group or extra brings in."
    yield f"# [{prefix}groups.dev]"
    yield '# fail_on = "critical"'
    yield ""
    yield "# An accepted risk; pysentry-hook suppressions add writes one."
    yield f"# [[{prefix}suppressions]]"
    for name, what in SUPPRESSION_KEYS.items():
        if full or name not in {"version", "group", "until", "owner"}:
            yield f"# {GUIDE[f'suppressions.{name}'].example}{f'  # {what}' if full else ''}"


def _settings(table: str, keys: Mapping[str, Key]) -> Iterator[str]:
    for name, key in keys.items():
        yield f"# {key.what}"
        if not key.in_project:
            yield f"# {name}: only in your own configuration, or {variable(f'{table}.{name}')}"
        else:
            yield f"# {name} = {key.default}" if key.default else f"# {name}: not set"
