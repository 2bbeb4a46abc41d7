"""Read the contents of git objects from one long-lived `git cat-file --batch`."""

from contextlib import suppress
from subprocess import DEVNULL, PIPE, Popen
from threading import Lock
from weakref import finalize

from pysentry_hook.errors import InputError, RepositoryError
from pysentry_hook.tree.git import Git
from pysentry_hook.tree.limits import check_size


class Blobs:
    """Contents by object id; the process starts with the first read and ends with `close` or with this value."""

    def __init__(self, git: Git) -> None:
        self._git = git
        self._lock = Lock()
        self._process: Popen[bytes] | None = None
        self._end: finalize[..., Blobs] | None = None

    def read(self, identity: str, path: str) -> bytes:
        """Return the content of the blob that stands at `path`; InputError where it is not here or too large."""
        with self._lock:
            try:
                return self._answer(self._running(), identity, path)
            except BaseException as error:
                self._stop()  # what is left of an answer must not be taken for the next one
                if isinstance(error, (OSError, ValueError, RepositoryError)):
                    raise InputError(path, f"cannot be read from git: {error}") from error
                raise

    def close(self) -> None:
        """End the process; a later read starts another."""
        with self._lock:
            self._stop()

    def _running(self) -> Popen[bytes]:
        if self._process is None:
            self._process = self._git.start("cat-file", "--batch", stdin=PIPE, stderr=DEVNULL)
            self._end = finalize(self, _end, self._process)
        return self._process

    def _stop(self) -> None:
        if self._end:
            self._end()
        self._process = self._end = None

    @staticmethod
    def _answer(process: Popen[bytes], identity: str, path: str) -> bytes:
        if process.stdin is None or process.stdout is None:
            raise ValueError("git cat-file has no pipes")
        process.stdin.write(f"{identity}\n".encode())
        process.stdin.flush()
        match process.stdout.readline().split():
            case [found, b"blob", digits] if found == identity.encode():
                size = int(digits)
            case [_, b"missing"]:
                raise InputError(path, "is not in this clone, which is partial or damaged; fetch it first")
            case _:
                raise ValueError("git cat-file gave no answer")
        check_size(path, size)
        content = process.stdout.read(size + 1)
        if len(content) != size + 1:
            raise ValueError("git cat-file gave half an answer")
        return content[:-1]


def _end(process: Popen[bytes]) -> None:
    with suppress(OSError), process:  # OSError: what was written last finds no reader
        process.kill()
