"""Narrow a universal lock to one Python and platform, and count what that leaves out.

A marker that some machine of that kind would fulfil keeps its entry: what is not told (the patch
release, the processor, the implementation) is tried in every usual value, and what has no usual
values (the release of the system, the extras and groups that somebody chooses) is taken to be as
the marker wants it, so nothing is lost.
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

_MACHINES: Mapping[str, tuple[str, ...]] = {
    "linux": ("x86_64", "aarch64", "i686", "armv7l", "ppc64le", "s390x", "riscv64"),
    "macos": ("x86_64", "arm64"),
    "windows": ("AMD64", "ARM64", "x86"),
}
_IMPLEMENTATIONS = (("CPython", "cpython"), ("PyPy", "pypy"))
_MINORS = range(8, 20)
_UNTOLD = (
    "platform_release", "platform_version", "implementation_version", "extras", "extra", "dependency_groups",
)  # fmt: skip
"""What differs from machine to machine of one kind; the implementation's own version does so for PyPy."""
_NAME, _SIGN, _TEXT = rf"(?:{'|'.join(_UNTOLD)})", r"(?:not in|in|[~=!<>]+)", r'"[^"]*"'
_ABOUT_UNTOLD = re.compile(rf"{_NAME} {_SIGN} {_TEXT}|{_TEXT} {_SIGN} {_NAME}")
_ALWAYS = 'os_name != ""'
_FULL = re.compile(r"\b(3\.\d{1,2})\.(\d{1,3})\b", re.ASCII)
_PYTHON = re.compile(r"3\.(\d{1,2})(?:\.(\d{1,3}))?", re.ASCII)


class Environment:
    """One Python version and platform, of which either may be open."""

    def __init__(self, python_version: str | None, platform: str | None) -> None:
        self._machines = list(_machines(python_version, platform))
        self._knows_patch = bool(python_version and _FULL.fullmatch(python_version))
        self._known: dict[str, bool] = {}

    def may_hold(self, marker: str | None) -> bool:
        """Whether a marker holds on some machine of this kind; one that cannot be read holds."""
        if marker is None:
            return True
        if marker not in self._known:
            self._known[marker] = self._evaluate(marker)
        return self._known[marker]

    def _evaluate(self, text: str) -> bool:
        from packaging.markers import InvalidMarker, Marker, UndefinedComparison, UndefinedEnvironmentName

        try:
            told = _ABOUT_UNTOLD.sub(_ALWAYS, str(Marker(text)))
            if any(name in told for name in _UNTOLD):
                return True
            marker = Marker(told)
            return any(marker.evaluate(machine) for machine in self._all(told))
        except (InvalidMarker, UndefinedComparison, UndefinedEnvironmentName):
            return True

    def _all(self, marker: str) -> Iterator[Mapping[str, str]]:
        """The machines, each with the patch releases as well that a marker names, and those behind them."""
        yield from self._machines
        for minor, patch in () if self._knows_patch else _FULL.findall(marker):
            for machine in self._machines:
                if machine["python_version"] == minor:
                    yield from ({**machine, "python_full_version": f"{minor}.{int(patch) + more}"} for more in (0, 1))


def is_python_version(text: str) -> bool:
    """Whether a text is a version that --python-version takes: 3.11 or 3.11.4."""
    return bool(_PYTHON.fullmatch(text))


def _machines(python_version: str | None, platform: str | None) -> Iterator[dict[str, str]]:
    for python, name, (implementation, short) in product(
        list(_pythons(python_version)), [platform] if platform else list(PLATFORMS), _IMPLEMENTATIONS
    ):
        for machine in _MACHINES[name]:
            yield {
                **PLATFORMS[name],
                "python_version": ".".join(python.split(".")[:2]),
                "python_full_version": python,
                "platform_python_implementation": implementation,
                "implementation_name": short,
                "platform_machine": machine,
            }


def _pythons(version: str | None) -> Iterator[str]:
    """The full versions that are meant: the first and a late patch release where none is named."""
    found = _PYTHON.fullmatch(version) if version else None
    for minor in [int(found[1])] if found else _MINORS:
        yield from [f"3.{minor}.{found[2]}"] if found and found[2] else [f"3.{minor}.0", f"3.{minor}.99"]


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
