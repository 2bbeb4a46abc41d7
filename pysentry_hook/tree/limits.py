"""How much is read: the size of a file and the length of a list of files."""

from typing import NoReturn

from pysentry_hook.errors import InputError

MAX_BYTES = 32 * 1024 * 1024
"""The largest input file that is read: a uv.lock of 5,000 packages has about 14 MB."""

MAX_FILES = 1_000_000
"""The most files that are listed; a tree can name itself so often that its list never ends."""


def check_size(path: str, size: int) -> None:
    """Raise InputError for a file of more than MAX_BYTES."""
    if size > MAX_BYTES:
        shown, most = size / 1024 / 1024, MAX_BYTES // 1024 // 1024
        raise InputError(path, f"is {shown:.0f} MB large; at most {most} MB are read")


def refuse_list(folder: str) -> NoReturn:
    """Raise InputError for a folder that holds more than MAX_FILES."""
    raise InputError(folder or ".", f"holds more than {MAX_FILES:,} files; name the folders to scan")
