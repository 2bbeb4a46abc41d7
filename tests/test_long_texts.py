"""What others wrote is read in a time that grows with its length, and not with the square of it."""

import re
import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from pysentry_hook.errors import InputError
from pysentry_hook.inputs import READERS, Reader
from pysentry_hook.inputs.poetry_constraints import alternatives
from pysentry_hook.model import parse_version
from pysentry_hook.plan import bounds, refusals, requirement_files
from pysentry_hook.reports import gfm, lines, words
from pysentry_hook.resolvers import pip_tools, uv
from pysentry_hook.severity import score
from pysentry_hook.text import clean, one_line, printable, without_credentials
from tests.contracts.samples import SAMPLES, file_name
from tests.inputs.reading import Files

pytestmark = pytest.mark.unmeasured  # other tests measure what these run

LENGTH = 100_000
UNITS = (
    " ",
    "a",
    "1",
    "a-",
    "1.",
    "a=",
    "[",
    "(",
    "'",
    "\\\\",
    ">=1,",
    "| ",
    "# ",
    "; ",
    "://",
    "@",
    "\\n",
    "../",
    "-r ",
    "{",
)
SECONDS = 3.0
"""A hundred times what it takes, and a tenth of what the square of the length would."""


def soon(work: Callable[[], object]) -> None:
    began = time.process_time()
    work()
    assert time.process_time() - began < SECONDS


TEXTS: dict[str, Callable[[str], object]] = {
    "clean": clean,
    "one line": one_line,
    "printable": printable,
    "address": without_credentials,
    "Markdown": lambda text: gfm.words(text, LENGTH * 2),
    "Markdown code": lambda text: gfm.code(text, LENGTH * 2),
    "portable": words.portable,
    "words of a line": lambda text: list(lines._pieces((lines.Span(f"a{text}"),), 80)),
    "version": parse_version,
    "vector": lambda text: score(f"CVSS:3.1/{text}"),
    "constraint of Poetry": lambda text: alternatives(f"1{text}x 1"),
    "bounds": lambda text: bounds.respelled(f"a>=1{text}!", "a>=2"),
    "body of a requirement": lambda text: requirement_files._body(f"a{text}x"),
    "what uv says": lambda text: [
        pattern.findall(text) for pattern in (uv._MISSING, refusals._UNUSABLE, refusals._PYTHON, pip_tools._ESSENCE)
    ],
}


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("unit", [*UNITS, "\n", "://a@", "##[", "a=a", "\x1b["])
def test_a_text_of_one_piece_again_and_again_is_read_soon(name: str, unit: str) -> None:
    def work() -> None:
        with suppress(ValueError):
            TEXTS[name](unit * (LENGTH // len(unit)))

    soon(work)


@pytest.mark.parametrize("reader", READERS, ids=[reader.format for reader in READERS])
def test_a_file_with_a_text_of_one_piece_is_read_soon(reader: Reader) -> None:
    name, sample = file_name(reader.format), SAMPLES[reader.format].of((("idna", "3.6"),))
    for place in re.finditer(r"idna|3\.6|https|shop", sample):
        for unit in UNITS:
            text = sample[: place.end()] + unit * (LENGTH // len(unit)) + sample[place.end() :]

            def work(content: str = text) -> None:
                with suppress(InputError):
                    reader.read(Files({name: content}), name)

            soon(work)
