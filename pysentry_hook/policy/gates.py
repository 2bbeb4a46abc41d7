"""What a gate is, and the built-in gate `default`."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pysentry_hook.model import Severity
from pysentry_hook.report import Rule

BLOCK, WARN, NEVER = "block", "warn", "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """The thresholds of one gate; `rules` tells for each key where its value comes from."""

    name: str
    fail_on: Severity | None
    """None: no finding blocks, whatever its severity; malware still does."""
    unknown_severity: str
    unchecked: str
    on_incomplete: str
    rules: Mapping[str, str] = field(default_factory=dict)

    def rule(self, key: str) -> Rule:
        """The rule of a key with its value, for the verdict that it makes."""
        return Rule(f"gates.{self.name}.{key}", self.values()[key], self.rules.get(key, f"built-in gate {self.name}"))

    def values(self) -> dict[str, str]:
        """The effective settings in the words of the configuration."""
        return {
            "fail_on": self.fail_on.word if self.fail_on else NEVER,
            "unknown_severity": self.unknown_severity,
            "unchecked": self.unchecked,
            "on_incomplete": self.on_incomplete,
        }


DEFAULT = Gate(name="default", fail_on=Severity.MEDIUM, unknown_severity=BLOCK, unchecked=WARN, on_incomplete=BLOCK)
"""The gate of the bare command: everything is judged."""
