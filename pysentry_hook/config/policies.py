"""The policy of a run: what options, environment and files say of gates and of accepted risks."""

from typing import Any

from pysentry_hook.config.files import Configuration, merged
from pysentry_hook.config.flags import Flags
from pysentry_hook.config.said import Said
from pysentry_hook.config.variables import variable
from pysentry_hook.errors import ConfigError, UsageError
from pysentry_hook.model import parse_name
from pysentry_hook.rules import Occasion, Policy, Rule, Stated, Suppression, Table
from pysentry_hook.text import one_line

FORBIDDEN = ("forbid_archived", "forbid_deprecated", "forbid_quarantined", "forbid_unmaintained")
"""The settings of `[maintenance]` that decide."""


class Known:
    """The plain settings: those of the environment over those of the files."""

    def __init__(self, environment: Table, files: Table) -> None:
        self.stated: Table = {**files, **environment}

    def get(self, key: str, otherwise: Any = None) -> Any:
        """The value of a key, or `otherwise`."""
        return self.stated[key].value if key in self.stated else otherwise

    def origin(self, key: str) -> str:
        """Where the value of a key comes from."""
        return self.stated[key].origin if key in self.stated else variable(key)

    def either(self, flag: bool | None, key: str) -> bool:  # noqa: FBT001 (the value of an option)
        """Return whether a switch is on: by its option, else by its setting."""
        return bool(self.get(key, otherwise=False)) if flag is None else flag


def settled_policy(flags: Flags, said: Said, known: Known, files: Configuration, where: Occasion) -> Policy:
    """Return what decides a verdict: `said` is what the environment says, `where` what is built."""
    named, by = (flags.gate, "--gate") if flags.gate is not None else (known.get("gate"), known.origin("gate"))
    return Policy(
        own=merged([said, *files.own]),
        bases=tuple(side.layer() for side in files.bases),
        floor=files.floor.layer(),
        flags=gate_flags(flags),
        named=named,
        named_by=by,
        occasion=where,
        suppressions=(*ignored_flags(flags), *ignored(known), *files.suppressions()),
        maintenance={**maintenance(known), **forbidden_flags(flags)},
    )


def maintenance(known: Known) -> Table:
    """What blocks by the status of a project on its index; of what is not said quarantine alone does."""
    return {
        key: known.stated.get(f"maintenance.{key}") or Stated(key.endswith("quarantined"), "built in")
        for key in FORBIDDEN
    }


def forbidden_flags(flags: Flags) -> dict[str, Stated]:
    """The statuses of projects of which the command line says that they block."""
    said = {key: getattr(flags, key) for key in FORBIDDEN}
    return {key: Stated(value, f"--{key.replace('_', '-')}") for key, value in said.items() if value is not None}


def gate_flags(flags: Flags) -> Table:
    """What the command line says of the gate, whichever it is."""
    found: dict[str, Stated] = {}
    if flags.fail_on is not None:
        from pysentry_hook.config.keys import GATE_KEYS

        try:
            found["fail_on"] = Stated(GATE_KEYS["fail_on"].kind.text(flags.fail_on), "--fail-on")
        except ValueError as error:
            raise UsageError(f"--fail-on: {one_line(flags.fail_on, 40)!r} {error}") from error
    if flags.only_introduced is not None:
        found["only_introduced"] = Stated(flags.only_introduced, "--only-introduced")
    return found


def ignored_flags(flags: Flags) -> tuple[Suppression, ...]:
    """What the command line accepts, without a reason."""
    plain = [(text, "--ignore", False) for text in flags.ignore]
    plain += [(text, "--ignore-while-no-fix", True) for text in flags.ignore_while_no_fix]
    return tuple(
        _ignore(text, Stated(text, option), until_fixed=no_fix) for text, option, no_fix in plain if text.strip()
    )


def _ignore(text: str, stated: Stated, *, until_fixed: bool) -> Suppression:
    rule = Rule("ignore", text.strip(), stated.origin, stated.location)
    return Suppression(id=text.strip(), until_fixed=until_fixed, rule=rule)


def ignored(known: Known) -> tuple[Suppression, ...]:
    """What settings accept without a reason: ids, and all findings of a package."""
    plain = [
        _ignore(text, known.stated[key], until_fixed=key.endswith("no_fix"))
        for key in ("ignore.ids", "ignore.while_no_fix")
        for text in known.get(key, ())
    ]
    stated = known.stated.get("ignore.packages")
    return (*plain, *(_whole(text, stated) for text in known.get("ignore.packages", ()) if stated))


def _whole(text: str, stated: Stated) -> Suppression:
    """All findings of a package."""
    name = parse_name(text)
    if name is None:
        raise ConfigError(
            f"{stated.origin}: ignore.packages has {one_line(text, 60)!r}, which is no name of a package, as requests"
        )
    return Suppression(id=None, package=name, rule=Rule("ignore.packages", name, stated.origin, stated.location))
