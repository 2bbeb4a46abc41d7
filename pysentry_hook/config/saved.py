"""The policy of a saved report, with what the command line says of it now."""

from dataclasses import replace
from datetime import UTC, datetime

from pysentry_hook.config.files import Reader, merged
from pysentry_hook.config.flags import Flags
from pysentry_hook.config.settings import forbidden_flags, gate_flags, ignored_flags
from pysentry_hook.errors import UsageError
from pysentry_hook.rules import Occasion, Policy

_OF_GATE = frozenset({
    "words", "fail_on", "only_introduced", "gate", "ignore", "ignore_while_no_fix", "policy_floor", "config",
    "forbid_archived", "forbid_deprecated", "forbid_quarantined", "forbid_unmaintained",
})  # fmt: skip


def saved_policy(policy: Policy, flags: Flags, *, branch: str | None) -> Policy:
    """Return the policy to judge a saved report by; UsageError for options that only a scan has.

    What the report holds counts, the environment and the files of this moment do not: `--config FILE` takes the
    place of the files that it was made with.
    """
    for name in flags.__slots__:
        if name not in _OF_GATE and getattr(flags, name):
            raise UsageError(f"--report judges a saved report: --{name.replace('_', '-')} is for a scan")
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


def _with_files(policy: Policy, flags: Flags) -> Policy:
    reader = Reader(datetime.now(UTC).date())
    if flags.policy_floor:
        reader.floor(flags.policy_floor)
        policy = replace(policy, floor=reader.found.floor.layer())
    if flags.config:
        reader.named(flags.config)
        policy = replace(
            policy,
            own=merged(reader.found.own),
            bases=tuple(side.layer() for side in reader.found.bases),
            suppressions=(*ignored_flags(flags), *reader.found.suppressions()),
        )
    return policy
