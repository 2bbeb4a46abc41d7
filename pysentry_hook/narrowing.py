"""Narrow a universal lock to one Python and platform, and count what that leaves out.

A marker that some machine of that kind would fulfil keeps its entry: what is not told (the patch
release, the processor, the implementation) is tried in every usual value and as something else,
and what has no usual values (the release of the system, a processor that is none of ours, the
extras and groups that somebody chooses) is taken to be as the marker wants it, so nothing is lost.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import product

from pysentry_hook.model import Dependency, Edge, Inventory, Node, Unchecked

PLATFORMS: Mapping[str, Mapping[str, str]] = {
    "linux": {"sys_platform": "linux", "os_name": "posix", "platform_system": "Linux"},
    "macos": {"sys_platform": "darwin", "os_name": "posix", "platform_system": "Darwin"},
    "windows": {"sys_platform": "win32", "os_name": "nt", "platform_system": "Windows"},
}
"""The words of --python-platform, as markers see them, https://peps.python.org/pep-0508/#environment-markers."""

_ELSE = "?"
_ELSEWHERE = tuple({"sys_platform": _ELSE, "os_name": name, "platform_system": _ELSE} for name in ("posix", _ELSE))
"""The systems that have no word: those like FreeBSD, and all others."""
_PROCESSORS: Mapping[str, tuple[str, ...]] = {
    "linux": ("x86_64", "aarch64", "i686", "armv7l", "ppc64le", "s390x", "riscv64"),
    "darwin": ("x86_64", "arm64"),
    "win32": ("AMD64", "ARM64", "x86"),
}
_EVERY_PROCESSOR = tuple(sorted({name for names in _PROCESSORS.values() for name in names}))
_IMPLEMENTATIONS = (("CPython", "cpython"), ("PyPy", "pypy"), (_ELSE, _ELSE))
_PYTHONS = ("2.7", *(f"3.{minor}" for minor in range(20)))
_NEVER_TOLD = frozenset({"platform_python_implementation", "implementation_name", "platform_machine"})
_UNTOLD = frozenset({
    "platform_release", "platform_version", "implementation_version", "extra", "extras", "dependency_groups",
})  # fmt: skip
"""What differs from machine to machine of one kind, as the version of PyPy itself does, or is chosen there."""
_SIDE = r"""("[^"]*"|'[^']*'|\w+)"""
_TOKEN = re.compile(rf"{_SIDE} (?:not in|in|[~=!<>]+) {_SIDE}|\(|\)|\bor\b")
_FULL = re.compile(r"\b(\d\.\d{1,2})\.(\d{1,3})\b", re.ASCII)
_PYTHON = re.compile(r"3\.(\d{1,2})(?:\.(\d{1,3}))?", re.ASCII)


class Environment:
    """One Python version and platform, of which either may be open.

    A set of its machines is a number with a bit for each, so a marker costs what its comparisons cost.
    """

    def __init__(self, python_version: str | None, platform: str | None) -> None:
        self._open = _NEVER_TOLD if platform else _NEVER_TOLD | _ELSEWHERE[0].keys()
        self._all = 0
        self._having: dict[str, dict[str, int]] = {}
        for number, machine in enumerate(_machines(python_version, platform)):
            self._all |= 1 << number
            for name, value in machine.items():
                values = self._having.setdefault(name, {})
                values[value] = values.get(value, 0) | 1 << number
        self._known: dict[str, bool] = {}
        self._compared: dict[str, int] = {}

    def may_hold(self, marker: str | None) -> bool:
        """Whether a marker holds on some machine of this kind; one that cannot be read holds."""
        if marker is None:
            return True
        if marker not in self._known:
            self._known[marker] = self._evaluate(marker)
        return self._known[marker]

    def _evaluate(self, text: str) -> bool:
        from packaging.markers import Marker

        try:
            return bool(self._where(str(Marker(text))))
        except (ValueError, LookupError):
            return True

    def _where(self, marker: str) -> int:
        """The machines on which a marker may hold, each comparison looked at once; `and` binds more than `or`."""
        above: list[tuple[int, int]] = []
        some, every = 0, self._all
        for token in _TOKEN.finditer(marker):
            if token[0] == "(":
                above.append((some, every))
                some, every = 0, self._all
            elif token[0] == ")":
                inner = some | every
                some, every = above.pop()
                every &= inner
            elif token[0] == "or":
                some, every = some | every, self._all
            else:
                every &= self._comparison(*token.group(0, 1, 2))
        return some | every

    def _comparison(self, comparison: str, left: str, right: str) -> int:
        """The machines on which a name and a text compare as is wanted; ValueError where there are not both."""
        name, text = (right, left) if left[0] in "\"'" else (left, right)
        if name[0] in "\"'" or text[0] not in "\"'":
            raise ValueError(comparison)
        if comparison not in self._compared:
            self._compared[comparison] = self._compare(comparison, name, text[1:-1])
        return self._compared[comparison]

    def _compare(self, comparison: str, name: str, text: str) -> int:
        from packaging.markers import Marker

        is_usual = text in self._having.get(name, ()) or text in _EVERY_PROCESSOR
        if name in _UNTOLD or (name in self._open and not is_usual):
            return self._all
        marker = Marker(comparison)
        return sum(
            machines
            for value, machines in self._having[name].items()
            if any(marker.evaluate({name: each}) for each in _tried(name, value, text))
        )


def _tried(name: str, value: str, text: str) -> Iterator[str]:
    """What a machine may have: where the patch release is open the first, a late one, and those that a text names."""
    if name != "python_full_version" or value.count(".") > 1:
        yield value
        return
    named = {patch for minor, patch in _FULL.findall(text) if minor == value}
    yield from (f"{value}.{patch}" for patch in ("0", "99", *sorted(named)))


def is_python_version(text: str) -> bool:
    """Whether a text is a version that --python-version takes: 3.11 or 3.11.4."""
    return bool(_PYTHON.fullmatch(text))


def _machines(python_version: str | None, platform: str | None) -> Iterator[dict[str, str]]:
    for python, system, (implementation, short) in product(
        [python_version] if python_version else _PYTHONS,
        [PLATFORMS[platform]] if platform else (*PLATFORMS.values(), *_ELSEWHERE),
        _IMPLEMENTATIONS,
    ):
        for processor in (*_PROCESSORS.get(system["sys_platform"], _EVERY_PROCESSOR), _ELSE):
            yield {
                **system,
                "python_version": ".".join(python.split(".")[:2]),
                "python_full_version": python,
                "platform_python_implementation": implementation,
                "implementation_name": short,
                "platform_machine": processor,
            }


def narrow(inventory: Inventory, environment: Environment) -> tuple[Inventory, int]:
    """Return what is installed in an environment, and how many entries that leaves out.

    An entry stays if one of its own markers may hold and, where the lock has a graph that leads to
    it, some way from the project to it does too.
    """
    here = [edge for edge in inventory.edges if environment.may_hold(edge.marker)]
    anywhere, reached = _reached(inventory.roots, inventory.edges), _reached(inventory.roots, here)

    def stays(item: Dependency | Unchecked) -> bool:
        own = not item.markers or any(map(environment.may_hold, item.markers))
        return own and (item.node in reached or item.node not in anywhere)

    dependencies = tuple(filter(stays, inventory.dependencies))
    unchecked = tuple(filter(stays, inventory.unchecked))
    kept = replace(inventory, dependencies=dependencies, unchecked=unchecked, edges=tuple(here))
    return kept, inventory.size - kept.size


def _reached(roots: Iterable[Node], edges: Iterable[Edge]) -> set[Node]:
    children: dict[Node, list[Node]] = {}
    for edge in edges:
        children.setdefault(edge.parent, []).append(edge.child)
    seen = set(roots)
    waiting = list(seen)
    while waiting:
        fresh = [child for child in children.get(waiting.pop(), ()) if child not in seen]
        seen.update(fresh)
        waiting.extend(fresh)
    return seen
