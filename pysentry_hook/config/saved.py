"""The policy of a saved report, with what the command line says of it now."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from pysentry_hook.config.files import Reader, merged
from pysentry_hook.config.flags import Flags
from pysentry_hook.config.policies import (
    FORBIDDEN,
    Known,
    forbidden_flags,
    gate_flags,
    ignored,
    ignored_flags,
    maintenance,
)
from pysentry_hook.errors import UsageError
from pysentry_hook.rules import Layer, Occasion, Policy, Suppression, Table

_OF_GATE = frozenset({
    "words", "fail_on", "only_introduced", "gate", "ignore", "ignore_while_no_fix", "policy_floor", "config", *FORBIDDEN
})  # fmt: skip

_WORDS = {"paths": "PATH", "groups": "--group", "service_urls": "--service-url"}
"""Options whose name is another than that of what they say."""


def saved_policy(policy: Policy, flags: Flags, *, branch: str | None) -> tuple[Policy, Sequence[str]]:
    """Return the policy to judge a saved report by, with what is to be warned of.

    UsageError for options that only a scan has.

    What the report holds counts, the environment and the files of this moment do not: `--config FILE` takes the
    place of the files that it was made with.
    """
    for name, value in flags._asdict().items():
        if name not in _OF_GATE and not (value is None or value is False or value == ()):
            word = _WORDS.get(name, f"--{name.replace('_', '-')}")
            raise UsageError(f"--report judges a saved report: {word} is for a scan; leave one of them out")
    changed = replace(
        policy,
        flags={**policy.flags, **gate_flags(flags)},
        suppressions=(*ignored_flags(flags), *policy.suppressions),
        maintenance={**policy.maintenance, **forbidden_flags(flags)},
    )
    if flags.gate is not None:
        changed = replace(changed, named=flags.gate, named_by="--gate")
    if branch is not None:
        if flags.gate is not None:
            raise UsageError("--gate names the gate, so --branch would choose nothing: give one of them")
        changed = replace(changed, named=None, occasion=Occasion("push", branch, None, "--branch"))
    return _with_files(changed, flags)


def _with_files(policy: Policy, flags: Flags) -> tuple[Policy, Sequence[str]]:
    reader = Reader(datetime.now(UTC).date())
    if flags.policy_floor:
        reader.floor(flags.policy_floor)
        policy = replace(policy, floor=reader.found.floor.layer())
    if not flags.config:
        return policy, ()
    reader.named(flags.config)
    own, known = merged(reader.found.own), Known({}, reader.found.settings())
    changed = replace(
        policy,
        own=Layer(
            defaults={**own.defaults, **_not_of_files(policy.own.defaults)},
            gates={
                name: {**own.gates.get(name, {}), **_not_of_files(policy.own.gates.get(name, {}))}
                for name in own.names() | policy.own.names()
                if name in own.names() or _not_of_files(policy.own.gates[name])
            },
        ),
        bases=tuple(side.layer() for side in reader.found.bases),
        suppressions=(
            *(entry for entry in policy.suppressions if not _is_configured(entry)),
            *ignored(known),
            *reader.found.suppressions(),
        ),
        maintenance={**maintenance(known), **_not_of_files(policy.maintenance)},
    )
    return changed, reader.found.warnings


def _not_of_files(table: Table) -> Table:
    """What the environment said when the report was made."""
    return {key: stated for key, stated in table.items() if not stated.location and stated.origin != "built in"}


def _is_configured(entry: Suppression) -> bool:
    """Whether a suppression stands in a configuration file, and is no option, variable or comment."""
    return entry.rule.location is not None and not entry.is_comment
