"""What others wrote, names, paths and addresses, can neither act on a terminal nor be run."""

import pytest

from pysentry_hook.reports.fixes import advice
from pysentry_hook.text import count, one_line, some, without_credentials
from tests.builders import a_finding


def test_a_folder_name_cannot_smuggle_a_command_into_the_fix() -> None:
    shown = advice([a_finding(upgrade_to="2.31.0")], "a b;$(id)/uv.lock", "a b;$(id)/uv.lock:12")
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
