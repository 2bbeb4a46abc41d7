"""Find what the YAML files of audit tools accept: safety's policy, arguments of hooks, inputs of an Action."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Any

from pysentry_hook.config.imported.accepted import (
    PIP_AUDIT,
    SAFETY,
    UV,
    Accepted,
    Found,
    Untaken,
    day_of,
    taken,
)
from pysentry_hook.config.imported.command_lines import read_arguments
from pysentry_hook.config.imported.words import Word
from pysentry_hook.config.suppressions import is_identifier
from pysentry_hook.text import one_line

_OF_ACTION = "ignore-vulns"
_OF_SAFETY_2 = ("security", "ignore-vulnerabilities")
_OF_SAFETY_3 = ("report", "dependency-vulnerabilities", "auto-ignore-in-report")
_WORDS = (_OF_ACTION, _OF_SAFETY_2[1], _OF_SAFETY_3[2], "safety", "uv audit", "uv-audit")
_OF_INSTALLS = ("installation", "allow", "vulnerabilities")
_BY_SEVERITY = (
    (*_OF_SAFETY_2[:1], "ignore-cvss-severity-below"),
    (*_OF_SAFETY_2[:1], "ignore-cvss-unknown-severity"),
    (*_OF_SAFETY_3, "cvss-severity"),
)
_NOTHING = frozenset({"", "0", "~", "null", "false", "no", "off"})

Node = Any
"""A node of the YAML library, which knows its line."""


def read_yaml(path: str, text: str) -> Iterator[Found]:
    """Give what a YAML file accepts; one that cannot be read is told where it speaks of such a tool."""
    if not any(word in text for word in _WORDS):
        return
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        documents = list(yaml.compose_all(text, Loader=loader))
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or error
        yield Untaken(path, mark.line + 1 if mark else 1, f"is not valid YAML: {one_line(problem, 100)}")
        return
    lines = text.split("\n")
    for document in documents:
        yield from _policy(path, document)
        for node in _mappings(document):
            yield from _action(path, node, lines)
            yield from _hook(path, node)


def _policy(path: str, document: Node) -> Iterator[Found]:
    """What a policy file of safety accepts, of version 2 or 3."""
    for keys in (_OF_SAFETY_2, (*_OF_SAFETY_3, "vulnerabilities")):
        node = _at(document, *keys)
        if node is not None and not isinstance(node.value, str) and node.value and not _items(node):
            why = f"{SAFETY}: {keys[-1]} is no mapping of ids, so safety reads nothing there"
            yield Untaken(path, node.start_mark.line + 1, why)
        yield from (_ignored(path, key, value) for key, value in _items(node))
    for keys in _BY_SEVERITY:
        node = _at(document, *keys)
        if node is not None and (_texts(node) or (_text(node) or "").lower() not in _NOTHING):
            line = node.start_mark.line + 1
            yield Untaken(path, line, f"{SAFETY}: {keys[-1]} accepts by severity: that is fail_on of a gate here")
    for key, _ in _items(_at(document, *_OF_INSTALLS)):
        why = f"{SAFETY}: {one_line(key.value, 60)} is allowed to be installed, which no scan of safety accepts"
        yield Untaken(path, key.start_mark.line + 1, why)


def _ignored(path: str, key: Node, value: Node) -> Found:
    """One id of a policy file, with what is said of it."""
    details = {name.value: node for name, node in _items(value)}
    ends, versions = _text(details.get("expires")), _texts(details.get("specifications"))
    until = day_of(ends or "")
    remarks = [f"until {ends}"] if ends and not until else []
    remarks += [f"only {', '.join(versions)}"] if len(versions) > 1 else []
    remarks += [text] if (text := _text(value) or "").lower() not in _NOTHING else []
    return taken(
        Accepted(
            key.value.strip(),
            SAFETY,
            path,
            key.start_mark.line + 1,
            reason=_text(details.get("reason")),
            until=until,
            version=versions[0] if len(versions) == 1 else None,
            remark=", ".join(remarks) or None,
        )
    )


def _action(path: str, node: Node, lines: Sequence[str]) -> Iterator[Found]:
    """What a step with gh-action-pip-audit accepts: ids with white space between them."""
    value = _at(node, _OF_ACTION)
    if _text(value) is None:
        return
    first = value.start_mark.line
    known = value.value.split()
    for number, line in enumerate(lines[first : value.end_mark.line + 1], first + 1):
        words = [word for each in line.split() if (word := each.strip("\"'")) in known]
        ids = list(takewhile(is_identifier, words))
        rest = " ".join(words[len(ids) :])
        is_comment = bool(ids) and rest.startswith("#")
        remark = one_line(rest.lstrip("# "), 150) if is_comment else None
        yield from (taken(Accepted(each, PIP_AUDIT, path, number, remark=remark)) for each in ids)
        if rest and not is_comment:
            yield Untaken(path, number, f"{PIP_AUDIT}: {one_line(rest, 60)!r} in {_OF_ACTION} is no id")


def _hook(path: str, node: Node) -> Iterator[Found]:
    """What the arguments of a hook accept, where they stand apart from its command."""
    named = f"{_text(_at(node, 'id')) or ''} {_text(_at(node, 'entry')) or ''}"
    tool = SAFETY if "safety" in named else UV if "uv audit" in named or "uv-audit" in named else None
    arguments = _at(node, "args")
    if tool and arguments is not None and not isinstance(arguments.value, str):
        words = [Word(str(each.value), each.start_mark.line + 1) for each in arguments.value if _text(each) is not None]
        yield from read_arguments(path, tool, words)


def _mappings(root: Node) -> Iterator[Node]:
    """Every mapping below a node, each once, however often an alias names it."""
    waiting, seen = [root], set()
    while waiting:
        node = waiting.pop()
        if node is None or id(node) in seen or isinstance(node.value, str):
            continue
        seen.add(id(node))
        if _items(node):
            yield node
        waiting.extend(each for entry in node.value for each in (entry if isinstance(entry, tuple) else (entry,)))


def _items(node: Node) -> Sequence[tuple[Node, Node]]:
    """The keys that are texts, with their values; none where a node is no mapping."""
    entries = [] if node is None or isinstance(node.value, str) else node.value
    return [entry for entry in entries if isinstance(entry, tuple) and isinstance(entry[0].value, str)]


def _at(node: Node, *keys: str) -> Node:
    """The node behind keys, None where there is none."""
    for key in keys:
        found: Mapping[str, Node] = {name.value: value for name, value in _items(node)}
        node = found.get(key)
    return node


def _text(node: Node | None) -> str | None:
    return node.value if node is not None and isinstance(node.value, str) else None


def _texts(node: Node | None) -> Sequence[str]:
    """The texts of a list, none where there is no list."""
    entries = [] if node is None or isinstance(node.value, str) else node.value
    return [each.value for each in entries if not isinstance(each, tuple) and isinstance(each.value, str)]
