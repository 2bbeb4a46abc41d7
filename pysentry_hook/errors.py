"""Every error that a user can meet, with its exit code and what to do next.

PysentryHookError
├── UsageError                called wrongly: options, combinations                    exit 2
│   ├── ConfigError           a value from the environment or a file                   exit 2
│   └── NoResolverError       no program that resolves (resolvers/__init__.py)         exit 2
├── InputError                one file that cannot be read, with its place             exit 2
│   ├── DamagedError          a file whose content is not what its format says         exit 2
│   ├── NothingToReadError    no input where one was looked for                        exit 2
│   └── DeclaresNothingError  a manifest without dependencies                          exit 2
│       └── DynamicError      one whose dependencies its build backend alone knows     exit 2
├── UnreadableInputsError     all of the inputs, a line each                           exit 2
├── RepositoryError           git does not tell a commit or the index                  exit 2
├── ReportError               a saved report or plan that cannot be read               exit 2
├── DatabaseError             an advisory database that cannot be used                 exit 2
├── OutputError               a report that cannot be written                          exit 2
├── NotAppliedError           a plan whose changes were not made, or undone            exit 1 or 3
├── TimeIsUpError             the time for a plan was used up (plan/bench.py)          (becomes a note)
├── ResolutionError           a resolver found no versions (resolvers/request.py)      (becomes a Failure)
└── SourceError               a service or advisory file that gave no answer           (becomes a Failure)
"""

from collections.abc import Sequence
from pathlib import Path

_MAKERS = {"uv.lock": "uv lock", "poetry.lock": "poetry lock", "pdm.lock": "pdm lock", "Pipfile.lock": "pipenv lock"}


class PysentryHookError(Exception):
    """The root: `str()` is one line that says what, where and what next."""

    exit_code = 2


class UsageError(PysentryHookError):
    """The command was called in a way that makes no sense."""


class ConfigError(UsageError):
    """A setting from the environment or a file has no meaning."""


class OutputError(PysentryHookError):
    """A report could not be written."""


class NotAppliedError(PysentryHookError):
    """A plan was not applied: every file is as it was, and so are the findings, or answers are missing (exit 3)."""

    def __init__(self, why: str, *, exit_code: int = 1) -> None:
        super().__init__(why)
        self.exit_code = exit_code


class InputError(PysentryHookError):
    """A file of the project that cannot be read; `path` is relative to the tree, `line` starts at 1."""

    def __init__(self, path: str, detail: str, *, line: int | None = None) -> None:
        self.path = path
        self.line = line
        self.detail = detail
        super().__init__(self.told(path))

    def told(self, path: str) -> str:
        """The error with its file as the reader would write it."""
        place = path if self.line is None else f"{path}:{self.line}"
        return f"{place}: {self.detail}{self.step}"

    @property
    def said(self) -> str:
        """The error without its file."""
        return f"{self.detail}{self.step}" if self.line is None else f"line {self.line}: {self.detail}{self.step}"

    @property
    def sentence(self) -> str:
        """The error as a sentence, where another follows."""
        return str(self) if str(self).endswith((".", "?")) else f"{self}."

    @property
    def step(self) -> str:
        """What to do next, where the detail does not say it."""
        return ""


class DamagedError(InputError):
    """A file whose content is not what its format says; one that a tool has made is not mended by hand."""

    @property
    def step(self) -> str:
        """The command that makes the file; empty for what people write, where the place says enough."""
        maker = _MAKERS.get(self.path.rpartition("/")[2])
        return (
            f"{'' if self.detail.endswith('?') else '.'} Restore it with git, or make it anew: {maker}" if maker else ""
        )


class NothingToReadError(InputError):
    """There is no file here that says what the project installs."""

    def __init__(self, path: str, detail: str, *, step: str = "") -> None:
        self._step = step
        super().__init__(path, detail)

    @property
    def step(self) -> str:
        """Where else there may be one, which nobody needs who looks there already."""
        return self._step


class DeclaresNothingError(InputError):
    """A manifest without dependencies, or with some that only its build backend can tell."""


class DynamicError(DeclaresNothingError):
    """A manifest whose dependencies its build backend computes."""

    @property
    def step(self) -> str:
        """Its lock tells what the backend said."""
        return ": lock them (uv lock)"


class UnreadableInputsError(PysentryHookError):
    """Not one of the inputs could be read; their paths are relative to `root`."""

    def __init__(self, root: Path, errors: Sequence[InputError]) -> None:
        super().__init__("\n".join(map(str, errors)))
        self.root = root
        self.errors = tuple(errors)


class RepositoryError(PysentryHookError):
    """What git keeps below `root` cannot be read; `detail` says why, and what next."""

    def __init__(self, root: Path, detail: str) -> None:
        self.root = root
        self.detail = detail
        super().__init__(f"{root}: {detail}")


class ReportError(PysentryHookError):
    """A saved document that cannot be read; `made` is the command that makes one."""

    def __init__(self, path: str, detail: str, *, made: str) -> None:
        joint = " M" if detail.endswith("?") else "; m"
        super().__init__(f"{path}: {detail}{joint}ake one with {made}")


class DatabaseError(PysentryHookError):
    """An advisory database that cannot be made, read or written."""


class SourceError(PysentryHookError):
    """An advisory source gave no usable answer; the text is the cause in words."""
