"""Run git on an audited repository: without the environment's settings, programs of the tree, or the network."""

import os
import shutil
from collections.abc import Callable, Generator, Iterator, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING

from pysentry_hook.errors import RepositoryError
from pysentry_hook.text import one_line
from pysentry_hook.tree.places import repository_root

if TYPE_CHECKING:
    from subprocess import Popen

_SECONDS = 300.0
_LONGEST_LIST = 256 * 1024 * 1024
_CHUNK = 1024 * 1024

_SETTINGS: Mapping[str, str] = {
    "GIT_ALLOW_PROTOCOL": "none",  # a git before 2.45 does not know GIT_NO_LAZY_FETCH
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
# what the repository's own configuration could make git run
_OPTIONS = ("--no-optional-locks", "--no-pager", "-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}")


class Git:
    """The git of PATH in one folder; RepositoryError where there is none, or it fails.

    Every GIT_* variable is dropped; `index_file` is what GIT_INDEX_FILE shall say.
    """

    def __init__(self, root: Path, *, index_file: str | None = None) -> None:
        self.root = root
        self.program = _program(root)
        self._environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        self._environment |= _SETTINGS
        if index_file:
            self._environment["GIT_INDEX_FILE"] = index_file

    def run(self, *words: str, seconds: float = _SECONDS) -> bytes:
        """Return what a command writes."""
        import subprocess  # 10 ms, needed only in a repository

        try:
            done = subprocess.run(  # noqa: S603 (git itself, with words of our own before "--")
                self._command(words),
                env=self._environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=seconds,
                check=True,
            )
        except subprocess.CalledProcessError as error:
            raise self._failed(words, error.returncode, error.stderr) from error
        except (OSError, ValueError, subprocess.SubprocessError) as error:  # ValueError: a NUL in a word
            raise self._failed(words, None, str(error).encode()) from error
        return done.stdout

    def configuration(self, *, seconds: float = _SECONDS) -> dict[str, str]:
        """Return what every file of git's configuration says together, by key."""
        entries = self.run("config", "--list", "-z", seconds=seconds).split(b"\0")
        pairs = (os.fsdecode(entry).partition("\n") for entry in entries)
        return {key: value for key, _, value in pairs if key}

    def status(self, configuration: Mapping[str, str], *words: str, seconds: float = _SECONDS) -> bytes:
        """Return what `git status` says, without the filters of the configuration: it would run them."""
        found = [key for key in configuration if key.startswith("filter.")]
        if any("=" in key for key in found):  # which no option could take back
            raise RepositoryError(self.root, "git has a filter with = in its name; remove it from .git/config")
        off = [f"{key}={'false' if key.endswith('.required') else ''}" for key in found]
        options = [word for each in off for word in ("-c", each)]
        return self.run(*options, "-c", "safe.bareRepository=explicit", "status", *words, seconds=seconds)

    def records(self, *words: str, warned: Callable[[str], None] = lambda _: None) -> Generator[bytes, None, None]:
        """Give the records that a command ends with NUL (`-z`), as they come; the command ends with the generator.

        What a command that succeeded has complained of goes to `warned`.
        """
        import subprocess
        from tempfile import TemporaryFile
        from threading import Timer

        with TemporaryFile() as complaint, self.start(*words, stdin=subprocess.DEVNULL, stderr=complaint) as process:
            timer = Timer(_SECONDS, process.kill)
            timer.daemon = True
            timer.start()
            try:
                yield from self._split(process.stdout, words)
                code = process.wait()
            finally:
                timer.cancel()
                process.kill()
            complaint.seek(0)
            said = complaint.read(_CHUNK)
            if code:
                raise self._failed(words, code, said)
            warned(os.fsdecode(said))

    def _split(self, stream: IO[bytes] | None, words: tuple[str, ...]) -> Iterator[bytes]:
        size, rest = 0, b""
        while stream and (chunk := stream.read(_CHUNK)):
            size += len(chunk)
            if size > _LONGEST_LIST:
                raise self._failed(words, None, b"its answer is too long")
            *whole, rest = (rest + chunk).split(b"\0")
            yield from whole

    def start(self, *words: str, stdin: int, stderr: int | IO[bytes]) -> "Popen[bytes]":
        """Start a command whose output is read while it runs; the caller ends it."""
        import subprocess

        try:
            return subprocess.Popen(  # noqa: S603 (as above)
                self._command(words), env=self._environment, stdin=stdin, stdout=subprocess.PIPE, stderr=stderr
            )
        except (OSError, ValueError) as error:
            raise self._failed(words, None, str(error).encode()) from error

    def _command(self, words: tuple[str, ...]) -> list[str]:
        return [self.program, *_OPTIONS, "-C", str(self.root), *words]

    def _failed(self, words: tuple[str, ...], code: int | None, complaint: bytes) -> RepositoryError:
        text = complaint.decode("utf-8", "replace")
        if "dubious ownership" in text:
            allow = "git config --global --add safe.directory"
            return RepositoryError(self.root, f"git does not trust its owner; to allow it: {allow} {self.root}")
        if "not a git repository" in text:
            return RepositoryError(self.root, "is not in a git repository; name a folder that is")
        first = next((line for line in text.splitlines() if line.startswith("fatal: ")), text)
        cause = one_line(first.removeprefix("fatal: ")) or f"it ended with {code}"
        return RepositoryError(self.root, f"git {words[0]} failed: {cause}")


def _program(root: Path) -> str:
    """Return the first git of PATH that lies outside of the audited repository."""
    tree = repository_root([root])
    for folder in os.get_exec_path():
        found = shutil.which("git", path=folder) if Path(folder).is_absolute() else None
        if found and not any(path.is_relative_to(tree) for path in (Path(found).absolute(), Path(found).resolve())):
            return found
    raise RepositoryError(root, "no git was found outside of the audited files; install git, or add it to PATH")
