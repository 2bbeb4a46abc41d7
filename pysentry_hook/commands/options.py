"""The options that every command with a scan takes, and how a command gets them."""

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from pysentry_hook.config.flags import Flags
from pysentry_hook.errors import UsageError

_SCAN, _GATE = "Scan", "Gate"


def scan_flags(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="[PATH]...", help="Folders or files; default: this folder.")
    ] = None,
    requirements: Annotated[
        list[Path] | None,
        typer.Option(
            "--requirements",
            "--requirements-files",
            metavar="FILE",
            help="Read this requirements file, and discover nothing.",
            rich_help_panel=_SCAN,
        ),
    ] = None,
    sources: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="pypa, pypi, osv; repeatable or with commas. Default: all.", rich_help_panel=_SCAN
        ),
    ] = None,
    service_url: Annotated[
        list[str] | None,
        typer.Option(metavar="SOURCE=URL", help="Where a source is served.", rich_help_panel=_SCAN),
    ] = None,
    advisory_db: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATH",
            help="A zip or folder of advisory records, instead of the services.",
            rich_help_panel=_SCAN,
        ),
    ] = None,
    offline: Annotated[
        bool | None, typer.Option("--offline", help="Open no connection.", rich_help_panel=_SCAN)
    ] = None,
    exclude_extra: Annotated[
        bool | None, typer.Option("--exclude-extra", help="Only what a plain install brings.", rich_help_panel=_SCAN)
    ] = None,
    group: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Main and this group or extra; repeatable.", rich_help_panel=_SCAN),
    ] = None,
    direct_only: Annotated[
        bool | None, typer.Option("--direct-only", help="Only what is declared.", rich_help_panel=_SCAN)
    ] = None,
    recursive: Annotated[
        bool | None, typer.Option("--recursive", help="Every project below the PATHs.", rich_help_panel=_SCAN)
    ] = None,
    include_scripts: Annotated[
        bool | None,
        typer.Option("--include-scripts", help="With --recursive: PEP 723 scripts too.", rich_help_panel=_SCAN),
    ] = None,
    python_version: Annotated[
        str | None, typer.Option(metavar="X.Y", help="Only what this Python installs.", rich_help_panel=_SCAN)
    ] = None,
    python_platform: Annotated[
        str | None, typer.Option(metavar="NAME", help="linux, macos or windows.", rich_help_panel=_SCAN)
    ] = None,
    resolver: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="auto, uv or pip-tools: what makes ranges exact.", rich_help_panel=_SCAN),
    ] = None,
    allow_build: Annotated[
        bool | None,
        typer.Option("--allow-build", help="Let the resolver run build code of packages.", rich_help_panel=_SCAN),
    ] = None,
    no_resolver: Annotated[
        bool | None, typer.Option("--no-resolver", help="Only pins; what is loose is unchecked.", rich_help_panel=_SCAN)
    ] = None,
    no_resolution_cache: Annotated[
        bool | None,
        typer.Option("--no-resolution-cache", help="Resolve anew, and remember nothing of it.", rich_help_panel=_SCAN),
    ] = None,
    clear_resolution_cache: Annotated[
        bool, typer.Option("--clear-resolution-cache", help="Forget earlier resolutions.", rich_help_panel=_SCAN)
    ] = False,
    resolution_cache_ttl: Annotated[
        float | None,
        typer.Option(metavar="HOURS", help="How long a resolution is remembered: 24.", rich_help_panel=_SCAN),
    ] = None,
    no_cache: Annotated[
        bool | None, typer.Option("--no-cache", help="Neither read nor write the cache.", rich_help_panel=_SCAN)
    ] = None,
    cache_dir: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where the cache is.", rich_help_panel=_SCAN)
    ] = None,
    no_maintenance_check: Annotated[
        bool | None,
        typer.Option("--no-maintenance-check", help="Do not ask for the status of projects.", rich_help_panel=_SCAN),
    ] = None,
    maintenance_direct_only: Annotated[
        bool | None,
        typer.Option("--maintenance-direct-only", help="Ask it only of what is declared.", rich_help_panel=_SCAN),
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(metavar="REF", help="What is older than the change: a commit, or main...", rich_help_panel=_SCAN),
    ] = None,
    allow_empty: Annotated[
        bool | None, typer.Option("--allow-empty", help="Nothing to read is no error.", rich_help_panel=_SCAN)
    ] = None,
    gate: Annotated[
        str | None, typer.Option(metavar="NAME", help="The gate that judges.", rich_help_panel=_GATE)
    ] = None,
    fail_on: Annotated[
        str | None,
        typer.Option(metavar="LEVEL", help="never, low, medium, high, critical.", rich_help_panel=_GATE),
    ] = None,
    only_introduced: Annotated[
        bool | None,
        typer.Option("--only-introduced", help="Judge what is new since --against.", rich_help_panel=_GATE),
    ] = None,
    ignore: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Accept this finding.", rich_help_panel=_GATE)
    ] = None,
    ignore_while_no_fix: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="Accept it until a fix is out.", rich_help_panel=_GATE),
    ] = None,
    forbid_archived: Annotated[
        bool | None, typer.Option("--forbid-archived", help="Archived projects block.", rich_help_panel=_GATE)
    ] = None,
    forbid_deprecated: Annotated[
        bool | None, typer.Option("--forbid-deprecated", help="Deprecated projects block.", rich_help_panel=_GATE)
    ] = None,
    forbid_quarantined: Annotated[
        bool | None,
        typer.Option("--forbid-quarantined", help="Quarantined projects block: the default.", rich_help_panel=_GATE),
    ] = None,
    forbid_unmaintained: Annotated[
        bool | None, typer.Option("--forbid-unmaintained", help="All of these block.", rich_help_panel=_GATE)
    ] = None,
    policy_floor: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Gates that nobody may loosen.", rich_help_panel=_GATE)
    ] = None,
    policy_from: Annotated[
        str | None,
        typer.Option(metavar="REF", help="Read the configuration of this commit.", rich_help_panel=_GATE),
    ] = None,
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The one configuration file.", rich_help_panel=_GATE)
    ] = None,
    no_config: Annotated[
        bool | None, typer.Option("--no-config", help="Read no configuration file.", rich_help_panel=_GATE)
    ] = None,
) -> Flags:
    """Return what the command line said."""
    if paths and requirements:
        raise UsageError("--requirements replaces discovery: give either PATHs or --requirements")
    if policy_from and no_config:
        raise UsageError("--policy-from names the commit whose files are read: leave --no-config out")
    if config and no_config:
        raise UsageError("--config and --no-config exclude each other")
    return Flags(
        paths=tuple(paths or ()),
        requirements=tuple(requirements or ()),
        sources=tuple(sources or ()),
        service_urls=tuple(service_url or ()),
        advisory_db=tuple(advisory_db or ()),
        offline=offline,
        no_cache=no_cache,
        cache_dir=cache_dir,
        exclude_extra=exclude_extra,
        groups=tuple(group or ()),
        direct_only=direct_only,
        python_version=python_version,
        python_platform=python_platform,
        recursive=recursive,
        include_scripts=include_scripts,
        no_resolver=no_resolver,
        resolver=resolver,
        allow_build=allow_build,
        no_resolution_cache=no_resolution_cache,
        clear_resolution_cache=clear_resolution_cache,
        resolution_cache_ttl=resolution_cache_ttl,
        no_maintenance_check=no_maintenance_check,
        maintenance_direct_only=maintenance_direct_only,
        forbid_archived=forbid_archived,
        forbid_deprecated=forbid_deprecated,
        forbid_quarantined=forbid_quarantined,
        forbid_unmaintained=forbid_unmaintained,
        against=against,
        gate=gate,
        fail_on=fail_on,
        only_introduced=only_introduced,
        policy_floor=policy_floor,
        policy_from=policy_from,
        config=config,
        no_config=no_config,
        ignore=tuple(ignore or ()),
        ignore_while_no_fix=tuple(ignore_while_no_fix or ()),
        allow_empty=allow_empty,
    )


def takes_flags(*names: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command, whose first parameter is `flags`, the options of a scan: all of them, or those that are named.

    Its own arguments stand before the PATHs; what was said reaches it as Flags.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        shared = inspect.signature(scan_flags).parameters
        taken = {name: parameter for name, parameter in shared.items() if not names or name in names}
        own = [parameter for name, parameter in inspect.signature(command).parameters.items() if name != "flags"]

        def called(**values: Any) -> None:
            said = {name: values.pop(name) for name in taken}
            words = tuple(word for name, value in said.items() for word in _typed(taken[name], value))
            command(flags=scan_flags(**said)._replace(words=words), **values)

        ordered = sorted([*own, *taken.values()], key=_is_option)
        parameters = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in ordered]
        called.__doc__ = command.__doc__
        called.__name__ = command.__name__
        called.__annotations__ = {each.name: each.annotation for each in parameters}
        called.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # what typer reads
        return called

    return decorate


def _is_option(parameter: inspect.Parameter) -> bool:
    marks = getattr(parameter.annotation, "__metadata__", ())
    return not any(mark.__class__.__name__ == "ArgumentInfo" for mark in marks)


def _typed(parameter: inspect.Parameter, value: object) -> Iterator[str]:
    """The words that would say a value again, none where nobody said it."""
    if value is None or value is False:
        return
    option = f"--{parameter.name.replace('_', '-')}" if _is_option(parameter) else ""
    for each in value if isinstance(value, list) else [value]:
        yield from (word for word in (option, "" if each is True else str(each)) if word)
