"""Notes: what was worked out of files and answers, one file each, for whoever works out the same again.

A note is never needed: one that is damaged, planted or gone costs time and nothing else.
"""

import hashlib
import os
import stat
from contextlib import suppress
from pathlib import Path

from pysentry_hook.cache.planted import is_folder

_MOST = 4_000
"""How many notes are kept, the newest ones."""
_LARGEST = 64 * 1024 * 1024
_DIGEST = 64


class Notes:
    """Notes by their keys in one folder of the cache; the first line of each is the SHA-256 of the rest."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._wrote = False

    def get(self, key: str) -> bytes | None:
        """Return the note of a key; one that is not as it was written is none."""
        file = self._file(key)
        try:
            facts = file.lstat()
            if not is_folder(self._folder) or not stat.S_ISREG(facts.st_mode) or facts.st_size > _LARGEST:
                return None
            data = file.read_bytes()
        except OSError:
            return None
        note = data[_DIGEST + 1 :]
        return note if data[:_DIGEST] == hashlib.sha256(note).hexdigest().encode() else None

    def put(self, key: str, note: bytes) -> None:
        """Keep a note, in one step; a full disk loses it."""
        from pysentry_hook.replacing import replacing

        with suppress(OSError):
            self._folder.mkdir(mode=0o700, exist_ok=True)
            if is_folder(self._folder) and len(note) < _LARGEST:
                with replacing(self._file(key), mode=0o600, tidies=False) as part:
                    part.write_bytes(hashlib.sha256(note).hexdigest().encode() + b"\n" + note)
                self._wrote = True

    def tidy(self) -> None:
        """Remove the oldest notes where there are too many."""
        if not self._wrote:
            return
        from pysentry_hook.replacing import tidy

        tidy(self._folder)
        with suppress(OSError):  # another process may be tidying up as well
            with os.scandir(self._folder) as entries:
                known = [(entry.stat(follow_symlinks=False).st_mtime, entry.path) for entry in entries]
            for _, path in sorted(known, reverse=True)[_MOST:]:
                Path(path).unlink(missing_ok=True)

    def _file(self, key: str) -> Path:
        return self._folder / hashlib.sha256(key.encode()).hexdigest()
