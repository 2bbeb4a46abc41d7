"""Whatever others write, the reports for GitHub keep their shape."""

import json
from functools import lru_cache

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from pysentry_hook.reports import github, markdown, plan_human, plan_markdown
from pysentry_hook.reports import json as json_report
from pysentry_hook.reports.gfm import code, words
from pysentry_hook.reports.look import Look
from pysentry_hook.text import clean, one_line, printable
from tests.reports import gfm, plans
from tests.reports.commands import acts, commands
from tests.reports.facts import filled

pytestmark = pytest.mark.unmeasured  # other tests measure what these run

_PIECES = (
    *"|\\`*_~[]<>()!#@$^&{}=+-:;,.%/'\"0a \n\r\t",
    *(
        "``",
        "```",
        "~~~",
        "---",
        "===",
        "1. ",
        "1) ",
        "- ",
        "> ",
        "    ",
        "\n\n",
        "\\|",
        "\\\\|",
        "$$",
        "](",
        "[^1]",
        "[x]",
    ),
    *("<details>", "</details>", "</code>", "<br>", "<!--", "-->", "<a href=", "&#124;", "&lt;", "<b@c.example>"),
    *("https://e.example", "www.e.example", "ftp://e", "mailto:a@e.example", "@octocat", "#1", "GH-1", "o/r#1"),
    *(
        "::error::",
        "::set-output name=a::",
        "##[",
        "##vso[",
        "%0A",
        "%25",
        "\u202e",
        "\u2028",
        "\x1b[0m",
        "\x85",
        "\ufeff",
    ),
)
_LOOK = Look(detailed=True)
hostile = st.lists(st.sampled_from(_PIECES) | st.text(max_size=3), min_size=1, max_size=12).map("".join)
some_examples = settings(max_examples=60)


@lru_cache
def _shape(plain: str) -> list[tuple[str, ...]]:
    return gfm.skeleton(markdown.render(filled(plain), _LOOK))


@given(hostile)
@example("1) ")
@example("___")
@some_examples
def test_no_text_breaks_out_of_its_place_in_markdown(text: str) -> None:
    assume(one_line(text))
    shown = markdown.render(filled(text), _LOOK)
    gfm.check(shown)
    assert gfm.skeleton(shown) == _shape("word" if printable(f"x{text}") == f"x{text}" else "word\x1b")
    assert not any(map(acts, shown.splitlines()))


@given(hostile)
@some_examples
def test_no_text_breaks_out_of_its_place_in_a_plan(text: str) -> None:
    assume(one_line(text))
    is_seen = all(printable(command) == command for command in plans.filled(text).commands)
    shown = plan_markdown.render(plans.filled(text), _LOOK)
    gfm.check(shown)
    plain = plan_markdown.render(plans.filled("word" if is_seen else "word\x1b"), _LOOK)
    assert gfm.skeleton(shown) == gfm.skeleton(plain)
    lines = plan_human.render(plans.filled(text), _LOOK).split("\n")
    assert len(lines) == len(plan_human.render(plans.filled("word"), _LOOK).split("\n"))
    assert not any(map(acts, (*lines, *shown.splitlines())))


@given(hostile)
@some_examples
def test_no_text_breaks_out_of_a_workflow_command(text: str) -> None:
    found = commands(github.render(filled(text), _LOOK))
    plain = commands(github.render(filled("word"), _LOOK))
    assert [command.name for command in found] == [command.name for command in plain]
    for command, expected in zip(found, plain, strict=True):
        assert command.properties.keys() | {"file", "line", "col", "endColumn"} >= expected.properties.keys()
        assert not set(clean(command.message)) ^ set(command.message)
    files = {command.properties["file"] for command in found if "file" in command.properties}
    assert files <= {clean(text), "uv.lock", f"{clean(text)}/uv.lock"}


@given(hostile)
@some_examples
def test_no_text_of_a_report_in_json_is_a_command_or_another_text(text: str) -> None:
    shown = json_report.render(filled(text), _LOOK)
    assert not any(map(acts, shown.split("\n")))
    assert json.loads(shown)["hints"] == [text]


@given(hostile)
@example("&lt;")
def test_words_and_code_are_read_as_the_line_that_they_were(text: str) -> None:
    for written in (words(text), code(text)):
        line = one_line(text)
        assume(line)
        (block,) = [block for block in gfm.tokens(f"x {written}") if block.type == "inline"]
        read = "".join(child.content for child in block.children or () if child.type != "html_inline")
        assert read.replace("\u200b", "") == f"x {line}"
