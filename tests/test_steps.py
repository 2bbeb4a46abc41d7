"""What to do where something outside gave no answer: by the cause, once for all failures that share it."""

import re

import pytest

from pysentry_hook.config.keys import KEYS
from pysentry_hook.config.variables import PREFIX, variable
from pysentry_hook.model import Failure
from pysentry_hook.steps import steps
from tests.e2e.commands import EVERY, option_names
from tests.messages import PACKAGE, messages


def step(detail: str, kind: str = "source", name: str = "osv") -> str:
    """The one line that a failure asks for; empty for none."""
    return "".join(steps([Failure(kind, name, None, detail)]))


@pytest.mark.parametrize(
    ("cause", "word"),
    [
        ("not asked, because of --offline", "--advisory-db FILE"),
        ("TLS failed (certificate verify failed: unable to get local issuer certificate)", "SSL_CERT_FILE"),
        ("the proxy failed (Tunnel connection failed: 407) after 4 tries", "HTTPS_PROXY"),
        ("the connection failed (Failed to resolve 'a.example') after 4 tries", "HTTPS_PROXY"),
        ("no answer in time after 4 tries", "PYSENTRY_HOOK_HTTP_TIMEOUT"),
        ("the time for all requests, 120 s, was used up", "PYSENTRY_HOOK_HTTP_DEADLINE"),
        ("HTTP 429 after 4 tries", "PYSENTRY_HOOK_HTTP_MAX_CONCURRENT"),
        ("HTTP 403", "--service-url"),
        ("HTTP 503 after 4 tries", "run it again later"),
        ("a broken answer (not a whole zip archive) after 4 tries", "run it again later"),
    ],
)
def test_a_source_that_gave_no_answer_is_followed_by_what_helps_against_its_cause(cause: str, word: str) -> None:
    assert step(f"{cause} (requests 2.30.0)").startswith("Next: ")
    assert word in step(f"{cause} (requests 2.30.0)")


def test_the_names_of_packages_are_no_cause() -> None:
    assert step("older answers were used", kind="source") == ""
    assert step("a cause of another kind (tls-failed 1.0, HTTP 429)") == ""


@pytest.mark.parametrize(
    ("cause", "word"),
    [
        (
            "uv: Because a depends on b<1 and c depends on b>1, your project's requirements are unsatisfiable.",
            "change one",
        ),
        ("uv: Because a was not found in the package registry and you require a", "name the index that has it"),
        ("pip-tools: Could not find a version that satisfies the requirement a (from versions: none)", "--allow-build"),
        ("pip-tools: Could not find a version that satisfies the requirement a>=9 (from versions: 1)", "change one"),
        ("uv: Because a has no usable wheels, we can conclude that all versions cannot be used.", "--allow-build"),
        ("uv did not end within 120 s and was stopped", "PYSENTRY_HOOK_RESOLVER_TIMEOUT"),
        ("quarantined by the index: a; uv: Because a was not found", "do not install it"),
        ("uv failed: the disk that holds temporary folders is full", "TMPDIR"),
        ("pip-tools cannot resolve offline; uv can, from its cache", "--offline"),
        ("uv: Request failed after 3 retries in 5.1s cause: Failed to fetch: https://a.example/six/", "HTTPS_PROXY"),
        ("uv: Failed to fetch: `https://a.example/six/` (401 Unauthorized)", "check the network, HTTPS_PROXY"),
        ("uv: it was ended by SIGKILL", "--no-resolver"),
    ],
)
def test_a_resolution_that_failed_is_followed_by_what_helps_against_its_cause(cause: str, word: str) -> None:
    assert word in step(cause, kind="resolver", name="uv")


def test_what_helps_a_plan_is_told_in_its_place() -> None:
    late, broken = (
        Failure("resolver", "uv", "uv.lock", detail)
        for detail in ("the time for a plan, 300 s, was used up", "uv: it was ended by SIGKILL")
    )
    assert [*steps([late, broken], planned=True)] == [
        "Next: give it more time: PYSENTRY_HOOK_RESOLVER_DEADLINE=3600",
        "Next: mend the input until its own tool can lock it, and plan again",
    ]


def test_a_database_is_made_anew_unless_it_is_another_than_the_pinned_one() -> None:
    assert "db sync" in step("a.db: is damaged (a page) (every package)", name="database")
    assert "do not trust it" in step("https://a.example/a.db: has the SHA-256 a, and b was asked for", name="database")
    assert "check the address" in step("https://a.example/a.db: HTTP 404 (every package)", name="database")


def test_a_step_is_said_once_and_other_failures_have_none() -> None:
    silent = [Failure("source", name, None, f"HTTP 503 after 4 tries ({name} 1.0)") for name in ("osv", "pypi")]
    assert len(list(steps(silent))) == 1
    assert step("HTTP 503", kind="input", name="uv.lock") == ""
    assert step("HTTP 503 after 4 tries; older answers were used (requests 2.30.0)") == ""


def _told() -> str:
    return "\n".join([(PACKAGE / "steps.py").read_text(encoding="utf-8"), *(each.text for each in messages())])


def test_every_variable_that_a_message_names_is_a_setting() -> None:
    named = set(re.findall(rf"{PREFIX}[A-Z_]+\b", _told()))
    assert {"PYSENTRY_HOOK_HTTP_TIMEOUT", "PYSENTRY_HOOK_RESOLVER_TIMEOUT"} <= named
    assert named <= {variable(key) for key in KEYS}


def test_every_option_that_a_message_names_is_one() -> None:
    known = {option for command in EVERY.values() for option in option_names(command)}
    named = set(re.findall(r"(?<![\w-])--[a-z]+(?:-[a-z]+)*", _told()))
    foreign = {"--global", "--add", "--unshallow", "--only", "--no-build", "--changed-file"}  # of git, uv and pip
    assert {"--offline", "--no-resolver", "--allow-build"} <= named
    assert named - foreign - known == {"--help"}
