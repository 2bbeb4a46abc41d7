"""Feed every reader with mutated files: nothing but an InputError may come out, and nothing may hang.

python -m tests.fuzz.readers FORMAT [-max_total_time=60] [libFuzzer's options] [CORPUS_FOLDER]
"""

import sys
import tempfile
from pathlib import Path

import atheris  # installed by whoever fuzzes

with atheris.instrument_imports(include=["pysentry_hook"]):
    from pysentry_hook.errors import InputError
    from pysentry_hook.inputs import READERS
    from pysentry_hook.tree import FolderTree


def main() -> None:
    """Fuzz the reader that the first argument names."""
    form, *rest = sys.argv[1:]
    reader = next(reader for reader in READERS if form == reader.format)
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    tree = FolderTree(folder)
    name = "x.py" if form == "script" else form

    def one(data: bytes) -> None:
        (folder / name).write_bytes(data)
        try:
            inventory = reader.read(tree, name)
        except InputError:
            return
        for place in [item.place for item in inventory.dependencies] + [item.place for item in inventory.unchecked]:
            inventory.places.location(place)

    atheris.Setup([sys.argv[0], "-timeout=10", *rest], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
