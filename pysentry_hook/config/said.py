"""What one side, a file or the environment, says: the type of it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from pysentry_hook.policy.gates import KEYS
from pysentry_hook.rules import Layer, Stated, Suppression, Table

EVERY_SOURCE = "sources.fail_on_partial"
"""The key by which a file of pysentry requires every source that is enabled."""


class Said(NamedTuple):
    """What one side says: plain settings by key, thresholds of scopes, gates and suppressions."""

    settings: Table = MappingProxyType({})
    gates: Mapping[str, Table] = MappingProxyType({})
    suppressions: tuple[Suppression, ...] = ()
    extends: Stated | None = None
    is_project: bool = False
    """Whether it stands in the audited project: what it says is somebody's who sends a change."""

    def layer(self) -> Layer:
        """What it says of gates."""
        defaults = {
            key.removeprefix("defaults."): stated
            for key, stated in self.settings.items()
            if key.removeprefix("defaults.") in KEYS or key.startswith("groups.")
        }
        return Layer(defaults=defaults, gates=self.gates)
