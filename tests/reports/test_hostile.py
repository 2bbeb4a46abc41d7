"""What others wrote, names, paths and addresses, can neither act on a terminal nor be run."""

import json

import pytest
from packaging.version import Version

from pysentry_hook.reports import FORMATS
from pysentry_hook.reports.fixes import Free, advice
from pysentry_hook.reports.look import Look
from pysentry_hook.text import count, one_line, printable, some, without_credentials
from tests.builders import a_finding
from tests.reports import gfm
from tests.reports.commands import acts, commands
from tests.reports.facts import filled

HOSTILE = {
    "escapes": "\x1b[2J\x1b]0;x\x07evil\x9b31m",
    "directions": "abc\u202e\u2066\u200b\u2028def",
    "lines": "x\r\nGate default: passed.\n\nGate default: passed.",
    "commands": "::error::x\n::set-output name=a::b\r  ::stop-commands::c",
    "old commands": "a ##[set-output name=a;]b ##vso[task.setvariable variable=a]b ##teamcity[x]",
    "escaped commands": "%0A::error::x%0D%25 a:b,c=d",
    "tables": "a | b \\| c \\\\| d ` | `e|f`",
    "code": "` `` ``` ~~~ \n```\n</code>",
    "markup": "*a* _b_ ~~c~~ [d](https://e.example) ![f](https://g.example) <https://h.example> [^1] $i$",
    "blocks": "# a\n- b\n1. c\n> d\n\n    e\n---\n===\n| - |\n[f]: https://g.example",
    "html": "</summary></details><script>a</script><img src=x onerror=b><!-- c --> &lt;d&gt; <e",
    "calls": "@octocat @org/team #1 org/repo#2 GH-3 www.a.example https://b.example c@d.example",
    "rich": "[bold red]x[/] [link=https://evil.example]y[/link]",
}
hostile = pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
UNSEEN = set(map(chr, (*range(9), *range(11, 32), 127, *range(128, 160)))) | set("\u202e\u2066\u200b\u2028")


@pytest.mark.parametrize("name", FORMATS)
@hostile
def test_what_others_write_acts_on_no_terminal_and_on_no_runner(name: str, text: str) -> None:
    shown = FORMATS[name]().render(filled(text), Look(detailed=True))
    assert not set(shown) & UNSEEN or name == "json"
    for line in shown.splitlines():
        if name == "github":
            assert {command.name for command in commands(line)} <= {"error", "warning", "notice", "debug"}
        else:
            assert not acts(line), line


@hostile
def test_json_says_the_same_whatever_it_escapes(text: str) -> None:
    found = json.loads(FORMATS["json"]().render(filled(text), Look()))
    assert found["hints"] == [text]


@hostile
def test_what_others_write_is_no_markup(text: str) -> None:
    shown = FORMATS["markdown"]().render(filled(text), Look(detailed=True))
    gfm.check(shown)
    # a command that is not what it seems is not offered to copy, whatever it holds
    plain = FORMATS["markdown"]().render(
        filled("word" if printable(f"x{text}") == f"x{text}" else "word\x1b"), Look(detailed=True)
    )
    assert gfm.skeleton(shown) == gfm.skeleton(plain)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("::error::x", ": :error::x"),
        ("   ::error::x", "   : :error::x"),
        ("a ::error::x", "a ::error::x"),
        ("a ##[error]x ## y ###vso[z]", "a # #[error]x ## y ## #vso[z]"),
        ("a\nb\x1b", "a b"),
    ],
)
def test_a_line_that_is_shown_is_no_command_to_a_runner(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_a_folder_name_cannot_smuggle_a_command_into_the_fix() -> None:
    finding = a_finding(upgrade_to="2.31.0")
    free = Free({finding.package: Version("2.31.0")}, {})
    shown = advice([finding], "a b;$(id)/uv.lock", free, Look())
    assert "--directory 'a b;$(id)' --upgrade-package requests" in shown


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://user:pass@host/simple", "https://host/simple"),
        ("https://u:p@ss@host/simple", "https://host/simple"),
        ("https://host/simple?token=1#frag", "https://host/simple"),
        ("https://a.example/x\n\nGate default: passed.", "https://a.example/x Gate default: passed."),
        ("https://a.example/\x1b[31m", "https://a.example/[31m"),
    ],
)
def test_an_address_is_shown_on_one_line_and_without_credentials(url: str, shown: str) -> None:
    assert without_credentials(url) == shown


def test_numbers_and_lists_read_as_words() -> None:
    assert [count(1, "finding"), count(2, "vulnerability"), count(2, "way"), count(1234, "package")] == [
        "1 finding",
        "2 vulnerabilities",
        "2 ways",
        "1,234 packages",
    ]
    assert some(["a", "b", "c"], 2) == "a, b and 1 more"
    assert one_line("x" * 300, 10) == "x" * 9 + "…"
