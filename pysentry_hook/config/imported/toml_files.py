"""Find what TOML files accept: those of osv-scanner, and the settings of uv audit."""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from pysentry_hook.config.imported.accepted import OSV_SCANNER, UV, Accepted, Found, Untaken, day_of, taken
from pysentry_hook.config.lines import Lines
from pysentry_hook.errors import InputError
from pysentry_hook.inputs.documents import Document, parse_toml
from pysentry_hook.text import one_line

_IGNORED, _OVERRIDES = "IgnoredVulns", "PackageOverrides"
_UV_FILE = "uv.toml"


def read_toml(path: str, text: str) -> Iterator[Found]:
    """Give what a TOML file accepts; one that cannot be read is told where it speaks of such a tool."""
    if not any(word in text for word in (_IGNORED, _OVERRIDES, "audit")):
        return
    try:
        values = parse_toml(Document(path, text, ""))
    except InputError as error:
        yield Untaken(path, error.line or 1, error.detail)
        return
    lines = Lines(text)
    yield from _osv_scanner(path, values, lines)
    yield from _uv(path, values, lines, ("audit",) if PurePosixPath(path).name == _UV_FILE else ("tool", "uv", "audit"))


def _osv_scanner(path: str, values: Mapping[str, Any], lines: Lines) -> Iterator[Found]:
    """What https://google.github.io/osv-scanner/configuration/ calls ignored."""
    for number, entry in enumerate(_list(values.get(_IGNORED))):
        line = lines.line((_IGNORED, number))
        table = entry if isinstance(entry, Mapping) else {}
        reason, until = table.get("reason"), table.get("ignoreUntil")
        yield taken(
            Accepted(
                str(table.get("id", "")).strip(),
                OSV_SCANNER,
                path,
                line,
                reason=reason if isinstance(reason, str) else None,
                until=day_of(until) if until is not None else None,
            )
        )
    for number, entry in enumerate(_list(values.get(_OVERRIDES))):
        if isinstance(entry, Mapping) and _is_accepting(entry):
            name = one_line(entry.get("name", "every package"), 60)
            why = f"{OSV_SCANNER} accepts whatever is known of {name}; a suppression names one advisory"
            yield Untaken(path, lines.line((_OVERRIDES, number)), why)


def _is_accepting(override: Mapping[str, Any]) -> bool:
    """Whether an override leaves vulnerabilities of Python packages out."""
    vulnerability = override.get("vulnerability")
    is_ignored = isinstance(vulnerability, Mapping) and vulnerability.get("ignore") is True
    return override.get("ecosystem", "PyPI") in {"PyPI", ""} and (override.get("ignore") is True or is_ignored)


def _uv(path: str, values: Mapping[str, Any], lines: Lines, table: tuple[str, ...]) -> Iterator[Found]:
    """What the settings `ignore` and `ignore-until-fixed` of uv name: those of `audit` alone are its own."""
    for key in table:
        found = values.get(key)
        values = found if isinstance(found, Mapping) else {}
    for key in ("ignore", "ignore-until-fixed"):
        for number, identifier in enumerate(_list(values.get(key))):
            line = lines.line((*table, key, number))
            yield taken(Accepted(str(identifier).strip(), UV, path, line, until_fixed=key != "ignore"))


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
