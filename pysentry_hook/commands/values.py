"""The values that options take, for a shell that completes them: each is looked up when it is asked for."""

import os
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

Values = Callable[..., Iterable[str]]


def levels() -> Iterable[str]:
    """The severities."""
    from pysentry_hook.rules import LEVELS

    return list(LEVELS)


def thresholds() -> Iterable[str]:
    """What --fail-on takes."""
    from pysentry_hook.rules import NEVER

    return [NEVER, *levels()]


def sources(incomplete: str) -> Iterable[str]:
    """The sources, behind those that stand before a comma."""
    from pysentry_hook.sources import SOURCES

    before, comma, _ = incomplete.rpartition(",")
    return [f"{before}{comma}{name}" for name in SOURCES if name not in before.split(",")]


def resolvers() -> Iterable[str]:
    """The resolvers."""
    from pysentry_hook.config.keys import RESOLVERS

    return ["auto", *RESOLVERS]


def platforms() -> Iterable[str]:
    """The platforms."""
    from pysentry_hook.narrowing import PLATFORMS

    return list(PLATFORMS)


def gates() -> Iterable[str]:
    """The built-in gates and those of the configuration here, where it can be read."""
    from pysentry_hook.config.files import configuration
    from pysentry_hook.config.flags import Flags
    from pysentry_hook.config.settings import settle
    from pysentry_hook.errors import PysentryHookError
    from pysentry_hook.policy.choice import known_gates
    from pysentry_hook.policy.gates import BUILT_IN
    from pysentry_hook.reading import audited

    today, flags = datetime.now(UTC).date(), Flags()
    try:
        tree, folder = audited(())
        files = configuration(flags, os.environ, tree=tree, root=tree.root, folder=folder, today=today)
        return list(known_gates(settle(flags, os.environ, files, today).policy))
    except PysentryHookError:
        return list(BUILT_IN)
