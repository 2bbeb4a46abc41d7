"""The options that commands have in common, as data, and how a command gets them."""

import inspect
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Annotated, Any, NamedTuple, get_args

import typer

from pysentry_hook.commands import values
from pysentry_hook.commands.helping import rarely
from pysentry_hook.config.flags import Flags
from pysentry_hook.errors import UsageError

SCAN, GATE, REPORT = "Scan", "Gate", "Report"


class Shared(NamedTuple):
    """An option of every command with a scan; its type is that of its field in Flags."""

    name: str
    help: str
    metavar: str | None = None
    also: str | None = None
    known: values.Values | None = None
    daily: bool = False
    """Whether the short help tells it."""

    def parameter(self, field: str, title: str) -> inspect.Parameter:
        """The parameter that typer makes an option of, or an argument where the name is none of an option."""
        panel = title if self.daily else rarely(title)
        more: dict[str, Any] = {"help": self.help, "metavar": self.metavar, "rich_help_panel": panel}
        names = [name for name in (self.name, self.also) if name]
        is_option = self.name.startswith("-")
        told = typer.Option(*names, autocompletion=self.known, **more) if is_option else typer.Argument(**more)
        said, default = Flags.__annotations__[field], Flags._field_defaults[field]
        if _is_many(field):
            said, default = list[get_args(said)[0]] | None, None  # type: ignore[misc]  # a type of this run
        return inspect.Parameter(
            field, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[said, told]
        )

    def words(self, value: Any) -> Iterator[str]:
        """The words that would say a value again, none where nobody said it."""
        if value is None or value is False:
            return
        for each in value if isinstance(value, list) else [value]:
            yield from [self.name] if self.name.startswith("-") else []
            yield from [] if each is True else [str(each)]


_OF_SCAN: Mapping[str, Shared] = {
    "paths": Shared("PATH", "Folders or files; default: this folder.", "[PATH]...", daily=True),
    "against": Shared("--against", "Tell what is new since a commit, or main...", "REF", daily=True),
    "advisory_db": Shared("--advisory-db", "Our database, a zip or a folder; asks no service.", "PATH|URL", daily=True),
    "offline": Shared("--offline", "Open no connection.", daily=True),
    "requirements": Shared(
        "--requirements", "Read this requirements file alone; repeatable.", "FILE", also="--requirements-files"
    ),
    "recursive": Shared("--recursive", "Every project below the PATHs."),
    "include_scripts": Shared("--include-scripts", "The PEP 723 scripts below a folder too."),
    "exclude_extra": Shared("--exclude-extra", "Only what a plain install brings."),
    "groups": Shared("--group", "Main and this group or extra; repeatable.", "NAME"),
    "direct_only": Shared("--direct-only", "Only what is declared."),
    "python_version": Shared("--python-version", "Only what this Python installs.", "X.Y"),
    "python_platform": Shared("--python-platform", "linux, macos or windows.", "NAME", known=values.platforms),
    "sources": Shared(
        "--sources", "pypa, pypi, osv; repeatable or with commas. Default: all.", "NAME", known=values.sources
    ),
    "service_urls": Shared("--service-url", "Where a source is served; db sync: pypa, osv-export.", "SOURCE=URL"),
    "no_maintenance_check": Shared("--no-maintenance-check", "Do not ask for the status of projects."),
    "maintenance_direct_only": Shared("--maintenance-direct-only", "Ask it only of what is declared."),
    "resolver": Shared("--resolver", "auto, uv or pip-tools: what makes ranges exact.", "NAME", known=values.resolvers),
    "allow_build": Shared("--allow-build", "Let the resolver run build code of packages."),
    "no_resolver": Shared("--no-resolver", "Only pins; what is loose is unchecked."),
    "no_resolution_cache": Shared("--no-resolution-cache", "Resolve anew, and remember nothing of it."),
    "clear_resolution_cache": Shared("--clear-resolution-cache", "Forget earlier resolutions."),
    "resolution_cache_ttl": Shared("--resolution-cache-ttl", "How long a resolution is remembered: 24.", "HOURS"),
    "no_cache": Shared("--no-cache", "Neither read nor write the cache."),
    "cache_dir": Shared("--cache-dir", "Where the cache is.", "DIR"),
    "allow_empty": Shared("--allow-empty", "Nothing to read is no error."),
}
_OF_GATE: Mapping[str, Shared] = {
    "fail_on": Shared("--fail-on", "never, low, medium, high, critical.", "LEVEL", known=values.thresholds, daily=True),
    "gate": Shared("--gate", "The gate that judges.", "NAME", known=values.gates, daily=True),
    "only_introduced": Shared("--only-introduced", "Judge what is new since --against."),
    "ignore": Shared("--ignore", "Accept this finding.", "ID"),
    "ignore_while_no_fix": Shared("--ignore-while-no-fix", "Accept it until a fix is out.", "ID"),
    "forbid_archived": Shared("--forbid-archived", "Archived projects block."),
    "forbid_deprecated": Shared("--forbid-deprecated", "Deprecated projects block."),
    "forbid_quarantined": Shared("--forbid-quarantined", "Quarantined projects block: the default."),
    "forbid_unmaintained": Shared("--forbid-unmaintained", "All of these block."),
    "policy_floor": Shared("--policy-floor", "Gates that nobody may loosen.", "FILE"),
    "policy_from": Shared("--policy-from", "Read the configuration of this commit.", "REF"),
    "config": Shared("--config", "The one configuration file.", "FILE"),
    "no_config": Shared("--no-config", "Read no configuration file."),
}
SHARED = {**_OF_SCAN, **_OF_GATE}
"""The options of a scan, by their fields in Flags."""

Outputs = Annotated[
    list[str] | None,
    typer.Option(
        "--output", "-o", metavar="FILE", help="A file; its format by -f, else by its suffix.", rich_help_panel=REPORT
    ),
]
Least = Annotated[
    str | None,
    typer.Option(
        "--severity",
        metavar="LEVEL",
        help="Show from this severity on.",
        rich_help_panel=REPORT,
        autocompletion=values.levels,
    ),
]
Detailed = Annotated[
    bool | None, typer.Option("--detailed", help="With descriptions and references.", rich_help_panel=REPORT)
]
Suppressed = Annotated[
    bool, typer.Option("--sarif-suppressed", help="SARIF with what is suppressed.", rich_help_panel=rarely(REPORT))
]
Quiet = Annotated[bool | None, typer.Option("--quiet", "-q", help="No human report.", rich_help_panel=rarely(REPORT))]
Verbose = Annotated[
    bool, typer.Option("--verbose", "-v", help="Say what is sent where.", rich_help_panel=rarely(REPORT))
]


def formats_option(known: Collection[str]) -> Any:
    """The option that names formats."""
    return typer.Option(
        "--format",
        "-f",
        metavar="FORMAT",
        help=f"{', '.join(known)}; repeatable.",
        rich_help_panel=REPORT,
        autocompletion=lambda: list(known),
    )


def takes_flags(*names: str, but: Collection[str] = ()) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command, whose first parameter is `flags`, options of a scan: those that are named, or all `but` some.

    Its own arguments stand before the PATHs; what was said reaches it as Flags.
    """
    taken = {field: SHARED[field] for field in names or SHARED if field not in but}
    shared = [each.parameter(field, _title(field) if not names else "Options") for field, each in taken.items()]

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        own = [each for name, each in inspect.signature(command).parameters.items() if name != "flags"]

        def called(**said: Any) -> None:
            command(flags=_flags({field: said.pop(field) for field in taken}), **said)

        ordered = sorted([*own, *shared], key=_is_option)
        parameters = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in ordered]
        called.__doc__ = command.__doc__
        called.__name__ = command.__name__
        called.__annotations__ = {each.name: each.annotation for each in parameters}
        called.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # what typer reads
        return called

    return decorate


def _title(field: str) -> str:
    return GATE if field in _OF_GATE else SCAN


def _is_option(parameter: inspect.Parameter) -> bool:
    marks = getattr(parameter.annotation, "__metadata__", ())
    return not any(mark.__class__.__name__ == "ArgumentInfo" for mark in marks)


def _flags(said: Mapping[str, Any]) -> Flags:
    """What the command line said; UsageError for what excludes each other."""
    fields: dict[str, Any] = {field: tuple(value or ()) if _is_many(field) else value for field, value in said.items()}
    words = tuple(word for field, value in said.items() for word in SHARED[field].words(value))
    flags = Flags(words=words, **fields)
    if flags.paths and flags.requirements:
        raise UsageError("--requirements replaces discovery: give either PATHs or --requirements")
    if flags.config and flags.no_config:
        raise UsageError("--config and --no-config exclude each other")
    return flags


def _is_many(field: str) -> bool:
    return isinstance(Flags._field_defaults[field], tuple)
