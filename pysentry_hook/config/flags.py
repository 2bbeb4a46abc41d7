"""What the command line said, before anything is decided."""

from pathlib import Path
from typing import NamedTuple


class Flags(NamedTuple):
    """None and () mean that the command line did not say it."""

    words: tuple[str, ...] = ()
    """What was typed of it, as words of a command line."""
    paths: tuple[Path, ...] = ()
    requirements: tuple[Path, ...] = ()
    sources: tuple[str, ...] = ()
    service_urls: tuple[str, ...] = ()
    advisory_db: tuple[str, ...] = ()
    offline: bool | None = None
    no_cache: bool | None = None
    cache_dir: Path | None = None
    exclude_extra: bool | None = None
    groups: tuple[str, ...] = ()
    direct_only: bool | None = None
    python_version: str | None = None
    python_platform: str | None = None
    recursive: bool | None = None
    include_scripts: bool | None = None
    no_resolver: bool | None = None
    resolver: str | None = None
    allow_build: bool | None = None
    no_resolution_cache: bool | None = None
    clear_resolution_cache: bool = False
    resolution_cache_ttl: float | None = None
    fail_on: str | None = None
    only_introduced: bool | None = None
    gate: str | None = None
    against: str | None = None
    policy_floor: Path | None = None
    policy_from: str | None = None
    config: Path | None = None
    no_config: bool | None = None
    no_maintenance_check: bool | None = None
    maintenance_direct_only: bool | None = None
    forbid_archived: bool | None = None
    forbid_deprecated: bool | None = None
    forbid_quarantined: bool | None = None
    forbid_unmaintained: bool | None = None
    severity: str | None = None
    detailed: bool | None = None
    quiet: bool | None = None
    ignore: tuple[str, ...] = ()
    ignore_while_no_fix: tuple[str, ...] = ()
    allow_empty: bool | None = None
