"""Fuzz one target with atheris, which follows what the code does.

python -m tests.fuzz.guided TARGET [libFuzzer's options] [CORPUS_FOLDER]
"""

import sys
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from random import Random

import atheris  # installed by whoever fuzzes

import pysentry_hook

with atheris.instrument_imports(include=["pysentry_hook"]):
    for module in walk_packages(pysentry_hook.__path__, "pysentry_hook."):
        if not module.name.endswith("__main__"):
            import_module(module.name)

from tests.fuzz.runs import SLOWEST, Running


def main() -> None:
    """Fuzz the target that the first argument names."""
    name, *options = sys.argv[1:]
    with Running.of(name) as running:
        corpus = Path(options[-1]) if options and not options[-1].startswith("-") else None
        for number, sample in enumerate(running.samples if corpus else ()):
            (corpus / f"sample-{number}").write_bytes(sample)  # type: ignore[operator]  # it is there

        def changed(data: bytes, most: int, seed: int) -> bytes:
            random = Random(seed)
            return atheris.Mutate(data, most) if random.random() < 0.3 else running.changed(random, data)[:most]

        atheris.Setup([sys.argv[0], f"-timeout={SLOWEST:.0f}", *options], running.one, custom_mutator=changed)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
