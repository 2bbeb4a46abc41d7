"""What is it for? The situation that calls for each setting that decides, with an example; no run loads it."""

from collections.abc import Mapping
from typing import NamedTuple

from pysentry_hook.config.keys import NEEDED


class Guide(NamedTuple):
    """What a setting is for, and a line that sets it in a table of ours."""

    why: str
    example: str
    table: str = "defaults"


_SUPPRESSIONS, _MAINTENANCE, _TOP = "[suppressions]", "maintenance", ""

GUIDE: Mapping[str, Guide] = {
    "fail_on": Guide(
        "What goes out to users has to be cleaner than what is merged on the way there.",
        'fail_on = "low"',
        "gates.release",
    ),
    "unknown_severity": Guide(
        "Old advisories that nobody rated would stop a build for something that nobody can weigh.",
        'unknown_severity = "warn"',
    ),
    "unchecked": Guide(
        "Before a release somebody has to look at what comes from git, from a path or from a private index.",
        'unchecked = "block"',
        "gates.release",
    ),
    "only_fixable": Guide("Nobody can upgrade to a version that is not out yet.", "only_fixable = true"),
    "only_introduced": Guide(
        "A project with many old findings takes in nothing new from today on, and pays the old ones off later; "
        "it needs a baseline (against).",
        "only_introduced = true",
    ),
    "grace_days": Guide(
        "What was published yesterday should leave time for the upgrade; what a change brings in gets none.",
        "grace_days = { low = 30, medium = 14 }",
    ),
    "max_data_age_hours": Guide(
        "A database that nobody has renewed for weeks knows nothing of what came out since, and looks complete.",
        "max_data_age_hours = 24",
        "gates.release",
    ),
    "on_incomplete": Guide(
        "A service that is down should not stop the work; what was not answered is told all the same.",
        'on_incomplete = "warn"',
    ),
    "require_reason": Guide(
        "Where accepted risks are reviewed, an id without a reason and an end says nothing.", "require_reason = true"
    ),
    "branches": Guide(
        "CI builds the branches that are released, and they need a gate of their own without an option anywhere.",
        'branches = ["main", "release/*"]',
        "gates.release",
    ),
    "groups.NAME.fail_on": Guide(
        "What only developers install reaches no user, so less of it has to block.",
        'fail_on = "critical"',
        "groups.dev",
    ),
    "gates.NAME.groups.NAME.fail_on": Guide(
        "One gate judges a group in another way than the others do.", 'groups.dev.fail_on = "never"', "gates.release"
    ),
    "extends": Guide(
        "A repository says once what holds for all its projects; where both speak, the strictest holds.",
        'extends = "../policy.toml"',
        _TOP,
    ),
    "gate": Guide(
        "A build that no branch tells apart, as one by hand, is to be judged as a release.",
        "PYSENTRY_HOOK_GATE=release",
        _TOP,
    ),
    "against": Guide(
        "A change is to be told from what was there before it.", "PYSENTRY_HOOK_AGAINST=origin/main", _TOP
    ),
    "policy_from": Guide(
        "Somebody from outside sends a change, and could loosen the policy in it.",
        "PYSENTRY_HOOK_POLICY_FROM=origin/main",
        _TOP,
    ),
    "policy_floor": Guide(
        "A runner that many projects share has a policy that none of them can loosen, not even by an option.",
        "PYSENTRY_HOOK_POLICY_FLOOR=/etc/acme/floor.toml",
        _TOP,
    ),
    "sources.required": Guide(
        "An answer that is missing counts only where it was required, and one service is not enough for you.",
        'required = ["pypa", "osv"]',
        "sources",
    ),
    "suppressions.id": Guide(
        "A finding was weighed, and the project goes on with it.", 'id = "CVE-2025-69872"', _SUPPRESSIONS
    ),
    "suppressions.reason": Guide(
        "Whoever meets it in half a year has to be able to check it.",
        'reason = "the pickle path is closed in our Disk class"',
        _SUPPRESSIONS,
    ),
    "suppressions.expires": Guide(
        "What is true today need not be so in half a year.", "expires = 2027-03-31", _SUPPRESSIONS
    ),
    "suppressions.package": Guide(
        "An id speaks of several packages, and one of them was weighed; malware needs package and version.",
        'package = "diskcache"',
        _SUPPRESSIONS,
    ),
    "suppressions.version": Guide(
        "One version was weighed, and the next is to be looked at anew.", 'version = "<6"', _SUPPRESSIONS
    ),
    "suppressions.group": Guide(
        "It does no harm where the tests run, and would where the users are.", 'group = "dev"', _SUPPRESSIONS
    ),
    "suppressions.until": Guide(
        "There was nothing to upgrade to, and once there is, nobody has to accept anything.",
        'until = "fixed"',
        _SUPPRESSIONS,
    ),
    "suppressions.owner": Guide("When it ends, somebody has to be asked.", 'owner = "platform"', _SUPPRESSIONS),
    "ignore.ids": Guide(
        "A list from pysentry is taken over as it is, before each id gets its reason.",
        'ids = ["CVE-2025-69872"]',
        "ignore",
    ),
    "ignore.while_no_fix": Guide(
        "Some ids are known to have no fixed version, and are to come back once they have one.",
        'while_no_fix = ["CVE-2025-69872"]',
        "ignore",
    ),
    "ignore.packages": Guide(
        "A package is installed and never run, so that none of its findings matters.",
        'packages = ["diskcache"]',
        "ignore",
    ),
    "maintenance.enabled": Guide(
        "An index has no status to tell, or fewer questions are to be asked.", "enabled = false", _MAINTENANCE
    ),
    "maintenance.check_direct_only": Guide(
        "You can replace what you chose yourselves, and not what that brings in.",
        "check_direct_only = true",
        _MAINTENANCE,
    ),
    "maintenance.forbid_archived": Guide(
        "Nobody will fix what is found in it from now on.", "forbid_archived = true", _MAINTENANCE
    ),
    "maintenance.forbid_deprecated": Guide(
        "Its authors ask everybody to move on, and the gate is to see to it.", "forbid_deprecated = true", _MAINTENANCE
    ),
    "maintenance.forbid_quarantined": Guide(
        "The index suspects malware, you know that it is none, and the build has to go on.",
        "forbid_quarantined = false",
        _MAINTENANCE,
    ),
    "maintenance.forbid_unmaintained": Guide(
        "Whatever the reason is for which nobody cares for it any more, it is not to be shipped.",
        "forbid_unmaintained = true",
        _MAINTENANCE,
    ),
}
"""Every setting that decides, by its key; NAME stands for the name of a gate, a group or an extra."""


def example(name: str) -> str:
    """Return the lines of a configuration file, or of an environment, that set a key."""
    guide = GUIDE[name]
    if guide.table != _SUPPRESSIONS:
        return "\n".join(filter(None, (guide.table and f"[{guide.table}]", guide.example)))
    needed = dict.fromkeys((*(f"suppressions.{each}" for each in NEEDED), name))
    return "\n".join(("[[suppressions]]", *(GUIDE[each].example for each in needed)))
