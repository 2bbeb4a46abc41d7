"""Change a file a little, at random and repeatably: its words and signs are moved, doubled, lost and replaced."""

import re
from collections.abc import Sequence
from random import Random

_TOKEN = re.compile(rb"[A-Za-z0-9_]+|[ \t]+|.", re.DOTALL)
_OF_TEXTS: Sequence[bytes] = (
    b"null", b"true", b"0", b"-1", b"1e999", b"9" * 5_000, b"NaN", b'""', b'"\\ud800"', b"[]", b"{}", b"[" * 2_000,
    b'{"a":' * 500, b"\0", b"\x1b[31m", b"\xe2\x80\xae", b"\xff", b"\r", b"\n", b"&a [*a, *a]",
    b"*a", b"!!int 1", b"'''",
    b'"""', b"\\", b"..", b"../x", b"/", b"::", b"a" * 3_000, b" " * 3_000, b"1.0", b"<!>", b"---", b"-r x", b"${A}",
)  # fmt: skip
_OF_BYTES: Sequence[bytes] = (b"\0", b"\xff" * 4, b"\x7f", b"\x80", b"PK\x03\x04", b"\0" * 64)


def mutated(data: bytes, random: Random, *, is_text: bool) -> bytes:
    """Return the file with one to eight changes; of one that is no text bytes are changed, and its length rarely."""
    tokens = _TOKEN.findall(data) if is_text else [data[at : at + 1] for at in range(len(data))]
    for _ in range(random.randint(1, 8)):
        _change(tokens, random, is_text=is_text)
    return b"".join(tokens)


def _change(tokens: list[bytes], random: Random, *, is_text: bool) -> None:
    start = random.randrange(len(tokens) + 1)
    end = min(len(tokens), start + random.choice((1, 1, 1, 2, 5, 20)))
    piece = tokens[start:end]
    if not is_text and random.random() < 0.8:
        tokens[start:end] = [bytes([random.randrange(256)]) for _ in piece]
        return
    match random.randrange(6):
        case 0:
            tokens[start:end] = []
        case 1:
            tokens[start:end] = [random.choice(_OF_TEXTS if is_text else _OF_BYTES)]
        case 2:
            tokens[start:start] = [random.choice(_OF_TEXTS if is_text else _OF_BYTES)]
        case 3:
            tokens[start:end] = piece * random.choice((2, 2, 3, 50))
        case 4:
            other = random.randrange(len(tokens) + 1)
            tokens[start:end] = tokens[other : other + len(piece)]
        case _:
            del tokens[max(start, len(tokens) - random.choice((1, 5, 500))) :]
