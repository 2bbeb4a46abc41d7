"""Which versions the declarations of a manifest admit, each known by its table or list."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from pysentry_hook.model import NormalizedName

Key = tuple[str, ...]
"""A dotted key of TOML in parts: `a."b.c"` is ("a", "b.c")."""
Asked = tuple[NormalizedName, tuple[str, ...] | None]
"""A package and the specifiers of its declaration; None where that stands elsewhere."""


class Constraint(NamedTuple):
    """Which versions one declaration admits: the `number`-th of its package in its table or list."""

    section: Key
    number: int
    specifiers: tuple[str, ...]
    """PEP 440 specifier sets of which one must hold; none, which means any version, where they cannot be read."""


class Declarations:
    """What a manifest declares, as it is found: names by scope, and their constraints."""

    def __init__(self) -> None:
        self.constraints: dict[NormalizedName, list[Constraint]] = {}
        self._scopes: dict[str, list[NormalizedName]] = {}
        self._numbers: Counter[tuple[Key, NormalizedName]] = Counter()

    @property
    def scopes(self) -> dict[str, tuple[NormalizedName, ...]]:
        """What each scope asks for."""
        return {scope: tuple(names) for scope, names in self._scopes.items()}

    def add(self, scope: str, section: Key, asked: Iterable[Asked]) -> None:
        """Note what a table or list of a scope asks for."""
        names = self._scopes.setdefault(scope, [])
        for name, specifiers in asked:
            names.append(name)
            if specifiers is not None:
                constraint = Constraint(section, self._numbers[section, name], specifiers)
                self.constraints.setdefault(name, []).append(constraint)
                self._numbers[section, name] += 1
