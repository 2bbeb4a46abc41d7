"""The command line: the only place that turns errors into exit codes."""

import gc
import os
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from pysentry_hook import __version__
from pysentry_hook.errors import NothingToReadError, PysentryHookError
from pysentry_hook.text import printable

DEFAULT = "scan"
_COMPLETE = "_PYSENTRY_HOOK_COMPLETE"
"""What a shell says that asks for completion."""
_BUG = 70
_PROGRAM = "pysentry-hook"

Application = Callable[..., Any]


def _alone(module: str, name: str, example: str, what: str | None = None) -> Application:
    """A command without commands below it."""
    from pysentry_hook.commands.helping import Commands, Default

    application = Commands(add_completion=name == DEFAULT)
    more: dict[str, Any] = {}
    if name == DEFAULT:
        told = ", ".join(each for each in COMMANDS if each not in INTERNAL)
        more = {"cls": Default, "before": f"Commands, each with --help: {told}\n"}
    application.add(example, name=name, help=what, **more)(
        getattr(import_module(f"pysentry_hook.commands.{module}"), module)
    )
    return application


def _group(module: str) -> Application:
    """A command that has commands below it."""
    group: Application = getattr(import_module(f"pysentry_hook.commands.{module}"), module)
    return group


COMMANDS: dict[str, Callable[[], Application]] = {
    DEFAULT: lambda: _alone("scan", DEFAULT, "pysentry-hook -o report.json"),
    "report": lambda: _alone(
        "scan",
        "report",
        "pysentry-hook report -o report.json -o report.sarif",
        "The same scan and the same report; findings never fail it.",
    ),
    "gate": lambda: _alone("gate", "gate", "pysentry-hook gate --report report.json --branch main"),
    "plan": lambda: _alone("plan", "plan", "pysentry-hook plan -o plan.json"),
    "explain": lambda: _alone("explain", "explain", "pysentry-hook explain CVE-2025-69872 -p diskcache"),
    "render": lambda: _alone("render", "render", "pysentry-hook render report.json -f markdown"),
    "suppressions": lambda: _group("suppressions"),
    "db": lambda: _group("db"),
    "config": lambda: _group("config"),
    "resolvers": lambda: _alone("resolvers", "resolvers", "pysentry-hook resolvers"),
    "cache": lambda: _group("cache"),
    "hook": lambda: _alone("hook", "hook", "pysentry-hook hook uv.lock"),
    "action": lambda: _alone("action", "action", "pysentry-hook action plan"),
}
"""Every command; that of a run alone is imported and built."""

INTERNAL = frozenset({DEFAULT, "hook", "action"})
"""Those that no person calls by their name."""


def main() -> None:
    """Run the command that the arguments name, and exit."""
    gc.set_threshold(50_000)  # of many values that all stay alive nothing is to be collected: a tenth of a large scan
    arguments = sys.argv[1:]
    if arguments[:1] == ["--version"]:
        sys.stdout.write(f"pysentry-hook {__version__}\n")
        return
    named = bool(arguments) and arguments[0] in COMMANDS
    name = arguments.pop(0) if named else DEFAULT
    try:
        if _COMPLETE in os.environ:
            from pysentry_hook.commands.completing import complete

            complete(COMMANDS, DEFAULT, INTERNAL)
        if named and name == "hook":
            from pysentry_hook.commands.hook import as_options

            arguments = as_options(arguments)
        sys.exit(_run(name, arguments, f"{_PROGRAM} {name}" if named else _PROGRAM))
    except PysentryHookError as error:
        told = _meant(arguments, str(error)) if isinstance(error, NothingToReadError) and not named else str(error)
        for line in map(printable, told.splitlines()):
            sys.stderr.write(f"error: {line}\n")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.stderr.write("error: interrupted, so nothing was judged\n")
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(2)
    except Exception as error:  # noqa: BLE001 (a bug becomes one line and a log)
        sys.exit(_bug(error, verbose=bool({"-v", "--verbose"} & set(arguments))))


def _run(name: str, arguments: list[str], called: str) -> int:
    """Run one command; what typer finds wrong with the words is one line and exit code 2."""
    try:
        code = COMMANDS[name]()(arguments, prog_name=called, standalone_mode=False)
    except Exception as error:
        tell = getattr(error, "format_message", None)
        if tell is None:
            raise
        from pysentry_hook.commands import foreign

        context = getattr(error, "ctx", None)
        command = context.command_path if context else called
        option = getattr(error, "option_name", "")
        message = str(tell()).strip().rstrip(".")
        told = f"{message}{'' if message.endswith('?') else '.'} See {command} --help"
        answer = foreign.option(command, option)
        told = f"{option} is no option here: {answer}" if answer else told
        sys.stderr.write(f"error: {_meant(arguments, told) if called == command == _PROGRAM else told}\n")
        return 2
    return code if isinstance(code, int) else 0


def _meant(arguments: list[str], told: str) -> str:
    """An error, and where the first word is no path: what that command of another tool is, or the nearest of ours."""
    if not arguments or Path(arguments[0]).exists():
        return told
    from pysentry_hook.commands.foreign import word
    from pysentry_hook.config.kinds import nearest

    if answer := word(arguments[0]):
        return f"{arguments[0]} is no command here: {answer}"
    return told + nearest(arguments[0].lower(), [name for name in COMMANDS if name not in INTERNAL])


def _bug(error: Exception, *, verbose: bool) -> int:
    import tempfile
    import traceback

    trace = "".join(traceback.format_exception(error))
    if verbose:
        sys.stderr.write(trace)
    descriptor, log = tempfile.mkstemp(prefix="pysentry-hook-", suffix=".log")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(f"pysentry-hook {__version__}, Python {sys.version}\n{trace}")
    sys.stderr.write(
        f"error: a bug in pysentry-hook ({type(error).__name__}). Nothing was judged. Details: {Path(log)}\n"
    )
    return _BUG
