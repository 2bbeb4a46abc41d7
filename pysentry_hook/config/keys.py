"""Every setting: its key, the values that it takes, what it does and what holds where nobody says it."""

import json
from collections.abc import Mapping
from typing import NamedTuple

from pysentry_hook.config.kinds import (
    DATABASES,
    DAYS,
    FLAG,
    GROUPS,
    NAMES,
    PYTHON,
    TEXT,
    URL,
    Kind,
    count,
    number,
    one_of,
)
from pysentry_hook.narrowing import PLATFORMS
from pysentry_hook.reports import FORMATS
from pysentry_hook.rules import BLOCK, LEVELS, NEVER, WARN
from pysentry_hook.sources import SOURCES

RESOLVERS = ("uv", "pip-tools")


class Key(NamedTuple):
    """One setting; `default` is what holds where nobody says it, as TOML."""

    kind: Kind
    what: str
    default: str
    in_project: bool = True
    """Whether a file of the audited project may set it: what it says is somebody's who sends a change."""
    in_files: bool = True
    """Whether any file may set it; the others are for the environment and have an option."""
    places: bool = False
    """Whether the values are paths, which in a file begin where the file is, or URLs."""


GATE_KEYS: Mapping[str, Key] = {
    "fail_on": Key(one_of(NEVER, *LEVELS), "The least severity that blocks.", '"medium"'),
    "unknown_severity": Key(one_of(BLOCK, WARN), "What a finding comes to whose severity nobody knows.", '"block"'),
    "unchecked": Key(one_of(BLOCK, WARN), "What dependencies come to that cannot be checked.", '"warn"'),
    "only_fixable": Key(FLAG, "Whether a finding without a fixed version only warns.", "false"),
    "only_introduced": Key(FLAG, "Whether findings that are older than the change pass.", "false"),
    "grace_days": Key(DAYS, "For how many days after its publication a finding only warns, by severity.", "{}"),
    "max_data_age_hours": Key(number(), "How old advisory data may be in a complete audit; default: any age.", ""),
    "on_incomplete": Key(one_of(BLOCK, WARN), "What an audit comes to in which an answer is missing.", '"block"'),
    "require_reason": Key(FLAG, "Whether ignored ids without a reason are refused.", "false"),
}
"""What a gate decides by; `[defaults]` holds them for every gate, `[gates.NAME]` for one."""

BRANCHES = Key(NAMES, "The branches and tags whose builds this gate judges; * stands for anything.", "[]")
GROUP = Key(
    GATE_KEYS["fail_on"].kind,
    "The least severity that blocks in a group or extra; of all that reach a package the strictest holds; "
    "default: that of the gate.",
    "",
)
EXTENDS = Key(TEXT, "A file whose gates hold here at least.", "")

_SOURCES = one_of(*SOURCES)


def _sources(value: object) -> tuple[str, ...]:
    asked = [_SOURCES.toml(name) for name in NAMES.toml(value)]
    if not asked:
        raise ValueError(f"names no source; known: {', '.join(SOURCES)}")
    return tuple(name for name in SOURCES if name in asked)


_SOURCE_NAMES = Kind(
    _sources,
    lambda text: _sources(list(NAMES.text(text))),
    {"type": "array", "minItems": 1, "items": {"enum": list(SOURCES)}},
)

KEYS: Mapping[str, Key] = {
    **{f"defaults.{name}": key for name, key in GATE_KEYS.items()},
    "defaults.format": Key(one_of(*FORMATS), "The format on stdout.", '"human"'),
    "defaults.severity": Key(one_of(*LEVELS), "The least severity that people are shown; what blocks is.", '"low"'),
    "defaults.detailed": Key(FLAG, "Whether people are shown descriptions and references.", "false"),
    "defaults.scope": Key(one_of("all", "main"), '"main" leaves extras and groups out, and counts them.', '"all"'),
    "defaults.groups": Key(GROUPS, "Only main and these groups and extras; default: all of them.", "[]"),
    "defaults.direct_only": Key(FLAG, "Whether only what is declared is checked.", "false"),
    "defaults.include_scripts": Key(FLAG, "Whether the PEP 723 scripts below a folder are read too.", "false"),
    "defaults.recursive": Key(FLAG, "Whether every project below a folder is read.", "false"),
    "defaults.python_version": Key(PYTHON, "Only what this Python installs, as 3.12.", ""),
    "defaults.python_platform": Key(one_of(*PLATFORMS), "Only what linux, macos or windows installs.", ""),
    "defaults.allow_empty": Key(FLAG, "Whether nothing to read is no error.", "false"),
    "defaults.no_ci_detect": Key(FLAG, "Whether the branch that CI builds chooses no gate.", "false"),
    "sources.enabled": Key(_SOURCE_NAMES, f"Who is asked: {', '.join(SOURCES)}.", json.dumps(list(SOURCES))),
    "sources.required": Key(
        _SOURCE_NAMES, "Who must answer for every package; default: osv, else all that are enabled.", ""
    ),
    "sources.mirrors": Key(NAMES, "Indexes that serve what the public one serves.", "[]"),
    "sources.private": Key(NAMES, "Names that are never sent and never matched, as acme-*.", "[]"),
    "sources.database": Key(DATABASES, "Advisory databases in place of the services.", "[]", places=True),
    **{
        f"sources.{name}_url": Key(URL, f"Where {kind.what} is.", f'"{kind.default_url}"')
        for name, kind in SOURCES.items()
    },
    "sources.osv_export_url": Key(URL, "Where the bulk export of OSV is, from which db sync takes.", ""),
    "resolver.type": Key(one_of("auto", *RESOLVERS), "What makes ranges exact; default: where it must be.", ""),
    "resolver.timeout": Key(number(0.001), "Seconds that a resolver may take.", "120"),
    "resolver.deadline": Key(number(0.001), "Seconds for all runs of a resolver in one plan together.", "300"),
    "resolver.no_resolver": Key(FLAG, "Whether only pins are checked and what is loose is unchecked.", "false"),
    "resolver.allow_build": Key(FLAG, "Whether a resolver may run build code.", "false", in_project=False),
    "cache.enabled": Key(FLAG, "Whether answers are remembered.", "true"),
    "cache.dir": Key(TEXT, "Where the cache is; default: the user's cache folder.", "", in_project=False),
    "cache.vulnerability_ttl": Key(number(), "Hours for which an answer is young; default: 12, in CI 1.", ""),
    "cache.resolution_ttl": Key(number(), "Hours for which a resolution is remembered; 0: never.", "24"),
    "http.offline": Key(FLAG, "Whether no connection is opened.", "false"),
    "http.timeout": Key(number(0.001), "Seconds that a service may be silent.", "20"),
    "http.connect_timeout": Key(number(0.001), "Seconds to connect.", "5"),
    "http.deadline": Key(number(0.001), "Seconds for all requests of a run together.", "120"),
    "http.max_concurrent": Key(count(1), "Requests at once.", "32"),
    "http.max_retries": Key(count(), "How often a failed request is tried again.", "3"),
    "http.retry_initial_backoff": Key(number(), "Seconds before the first of these.", "0.25"),
    "http.retry_max_backoff": Key(number(), "Seconds before each of them at most.", "30"),
    "ignore.ids": Key(NAMES, "Accepted ids, without a reason; [[suppressions]] have one.", "[]"),
    "ignore.while_no_fix": Key(NAMES, "Ids that are accepted until a fixed version is out.", "[]"),
    "ignore.packages": Key(NAMES, "Packages all of whose findings are accepted, malware aside.", "[]"),
    "maintenance.enabled": Key(FLAG, "Whether the index is asked for the status of projects (PEP 792).", "true"),
    "maintenance.check_direct_only": Key(FLAG, "Whether that is asked only for what is declared.", "false"),
    "maintenance.forbid_archived": Key(FLAG, "Whether archived projects block.", "false"),
    "maintenance.forbid_deprecated": Key(FLAG, "Whether deprecated projects block.", "false"),
    "maintenance.forbid_quarantined": Key(FLAG, "Whether quarantined projects block.", "true"),
    "maintenance.forbid_unmaintained": Key(FLAG, "Whether all of these block.", "false"),
    "output.quiet": Key(FLAG, "Whether the human report stays away.", "false"),
    "gate": Key(TEXT, "The gate that judges, by its name.", "", in_files=False),
    "against": Key(TEXT, "The commit that findings are compared with.", "", in_files=False),
    "config": Key(TEXT, "The one configuration file that is read.", "", in_files=False),
    "no_config": Key(FLAG, "Whether no configuration file is read.", "false", in_files=False),
    "policy_from": Key(TEXT, "The commit whose configuration counts.", "", in_files=False),
    "policy_floor": Key(TEXT, "A file whose gates nobody may loosen.", "", in_files=False),
}
"""Every setting beside gates, scopes and suppressions; its environment variable is PREFIX and the key in capitals."""

SUPPRESSION_KEYS: Mapping[str, str] = {
    "id": "The id or an alias of the advisory that is accepted.",
    "package": "Only in this package.",
    "version": "Only in these versions, as <2.1.",
    "group": "Only where nothing but this group or extra brings it in.",
    "reason": "Why, in three words at least.",
    "expires": "The last day on which it holds, at most a year ahead.",
    "until": '"fixed": it ends when a fixed version appears.',
    "owner": "Who answers for it.",
}
"""What `[[suppressions]]` are made of."""

NEEDED = ("id", "reason", "expires")
"""Those of them that must be there."""
