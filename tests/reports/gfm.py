"""Read Markdown as GitHub does, and what a tree of it must never hold."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

_OUR_BLOCK = re.compile(r"(?:<details(?: open)?>\n<summary>[A-Za-z0-9:, ]+</summary>|</details>)\n*")
_OUR_TAGS = {"<br>", "<code>", "</code>"}
_OUR_LINK = re.compile(
    r"https://(?:nvd\.nist\.gov/vuln/detail/CVE-|github\.com/advisories/GHSA-|osv\.dev/vulnerability/(?:PYSEC|MAL|OSV)-)[0-9a-z-]+"
)
# what GitHub makes a link of in text that is finished: a mention, a number of an issue
_CALLS = re.compile(r"@\w|#\w|\bGH-[0-9]")


def tokens(text: str) -> list[Token]:
    """The blocks of a Markdown text, with tables and with addresses that become links by themselves."""
    parser = MarkdownIt("gfm-like")
    assert parser.linkify is not None
    parser.linkify.set({"fuzzy_link": False})  # GitHub makes no link of a bare a.example
    return parser.parse(text)


def children(blocks: Sequence[Token]) -> Iterator[Token]:
    """What stands in the lines of all blocks."""
    for block in blocks:
        yield from block.children or ()


def skeleton(text: str) -> list[tuple[str, ...]]:
    """The shape of a text without its words: every block, and what its lines hold beside words."""
    found = []
    for block in tokens(text):
        if block.type == "inline":
            kinds = [_kind(child) for child in block.children or ()]
            found.append(("inline", *(kind for kind in kinds if kind)))
        else:
            found.append((block.type, block.tag, str(block.level), block.content if block.type == "html_block" else ""))
    return found


def _kind(child: Token) -> str:
    if child.type == "html_inline":
        return {"<code>": "code_inline", "</code>": ""}.get(child.content, child.content)
    # how many lines a description has is no matter of its shape
    return "" if child.type in {"text", "hardbreak"} else child.type


def check(text: str) -> None:
    """Assert that no markup is in it but that of the report, and nothing that GitHub would act on."""
    blocks = tokens(text)
    for head, line in pairwise(text.splitlines()):
        if head.startswith("|") and line.startswith("|"):  # a cell too many is dropped without a trace in the tree
            assert head.count("|") == line.count("|"), line
    for block in blocks:
        assert block.type != "html_block" or _OUR_BLOCK.fullmatch(block.content), block.content
        assert block.type != "code_block", block.content
    inside_code = False
    for child in children(blocks):
        assert child.type != "image"
        if child.type == "html_inline":
            assert child.content in _OUR_TAGS, child.content
            inside_code = child.content == "<code>" or (inside_code and child.content != "</code>")
        if child.type == "link_open":
            address = str(child.attrs["href"])
            assert child.markup != "linkify", address
            assert _OUR_LINK.fullmatch(address), address
        if child.type == "text" and not inside_code:
            assert not _CALLS.search(child.content), child.content


def tables(text: str) -> dict[str, list[list[str]]]:
    """The rows of each table by its first title, as the text of their cells; two of one title become one."""
    found: dict[str, list[list[str]]] = {}
    rows: list[list[str]] = []
    is_cell = False
    for block in tokens(text):
        if block.type == "table_open":
            rows = []
        elif block.type == "tr_open":
            rows.append([])
        elif block.type == "inline" and is_cell:
            rows[-1].append("".join(child.content for child in block.children or () if child.type != "html_inline"))
        elif block.type == "table_close":
            found.setdefault(rows[0][0], []).extend(rows[1:])
        is_cell = block.type in {"th_open", "td_open"}
    return found
