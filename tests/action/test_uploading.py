"""Whether code scanning takes an upload: what the event tells, and every answer of GitHub's API."""

import json
from typing import Any

import pytest

from pysentry_hook.commands.action import uploading
from pysentry_hook.commands.action.event import Event
from pysentry_hook.commands.action.uploading import Answer, takes_uploads
from pysentry_hook.http import Http, Limits
from tests.upstream import Fault, Reply, Upstream

API = "/repos/acme/shop/code-scanning/analyses?per_page=1"
TOKEN = "a-token"  # noqa: S105 (no one takes it)
OWN = {"pull_request": {"head": {"repo": {"full_name": "acme/shop"}}}}
OTHER = {"pull_request": {"head": {"repo": {"full_name": "mallory/shop"}}}}


def an_event(
    name: str = "push", *, actor: str = "somebody", payload: Any = None, repository: str = "acme/shop"
) -> Event:
    return Event(name=name, repository=repository, actor=actor, ref="refs/heads/main", payload=payload or {})


def asked(event: Event, upstream: Upstream, token: str = TOKEN) -> Answer:
    return takes_uploads(event, {"GITHUB_API_URL": upstream.url}, token)


def said(message: str) -> bytes:
    return json.dumps({"message": message}).encode()


@pytest.mark.parametrize(
    ("status", "body", "takes", "told"),
    [
        (200, b"[]", True, ""),
        (200, b'[{"id": 1}]', True, ""),
        (404, said("no analysis found"), True, ""),
        (404, said("Not Found"), False, "security-events: write"),
        (403, said("Resource not accessible by integration"), False, "security-events: write"),
        (403, said("Advanced Security must be enabled for this repository"), False, "Settings > Advanced Security"),
        (403, said("Code scanning is not enabled for this repository"), False, "Settings > Advanced Security"),
        (403, b"<html>", False, "Settings > Advanced Security"),
        (403, b"[]", False, "Settings > Advanced Security"),
        (401, said("Bad credentials"), False, "does not take the token (Bad credentials)"),
        (410, b"", True, "did not say whether it takes uploads here (HTTP 410)"),
    ],
)
def test_every_answer_has_a_meaning(status: int, body: bytes, told: str, *, takes: bool) -> None:
    with Upstream(replies={API: Reply(status, body)}) as upstream:
        answer = asked(an_event(), upstream)
        assert answer.takes is takes
        assert told in answer.why
        assert bool(told) == bool(answer.why)
        assert [headers["authorization"] for headers in upstream.headers] == [f"Bearer {TOKEN}"]


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_the_certificates_are_those_of_a_scan(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    used: list[str | None] = []

    def recorded(limits: Limits, *, ca_bundle: str | None) -> Http:
        used.append(ca_bundle)
        return Http(limits)

    monkeypatch.setattr(uploading, "Http", recorded)
    with Upstream(replies={API: Reply(200, b"[]")}) as upstream:
        assert takes_uploads(an_event(), {"GITHUB_API_URL": upstream.url, variable: "/ca.pem"}, TOKEN).takes
    assert used == ["/ca.pem"]


def test_a_private_repository_needs_more_and_is_told_so() -> None:
    event = an_event(payload={"repository": {"private": True}})
    with Upstream(replies={API: Reply(403, said("Resource not accessible by integration"))}) as upstream:
        assert "{contents: read, security-events: write, actions: read}" in asked(event, upstream).why
    with Upstream(replies={API: Reply(403, said("Advanced Security must be enabled"))}) as upstream:
        assert "in a private repository needs GitHub Code Security" in asked(event, upstream).why


@pytest.mark.parametrize("fault", [Fault("/repos", status=503), Fault("/repos", status=429), Fault("/repos", "reset")])
def test_where_github_says_nothing_the_upload_is_tried(fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    with Upstream(faults=[fault], replies={API: Reply(200, b"[]")}) as upstream:
        answer = asked(an_event(), upstream)
        assert answer.takes
        assert "so it is tried" in answer.why
        assert len(upstream.requests) == 3


@pytest.mark.parametrize(
    ("event", "told"),
    [
        (an_event("pull_request", payload=OTHER), "comes from a fork"),
        (an_event("pull_request", actor="dependabot[bot]", payload=OTHER), "comes from a fork"),
        (an_event("pull_request_target", payload=OWN), "the event pull_request_target"),
        (an_event("push", actor="dependabot[bot]"), "Dependabot caused this event push"),
        (an_event(repository="../..?"), "names no repository"),
    ],
)
def test_events_that_may_not_upload_are_told_without_a_question(event: Event, told: str) -> None:
    with Upstream(replies={API: Reply(200, b"[]")}) as upstream:
        answer = asked(event, upstream)
        assert not answer.takes
        assert told in answer.why
        assert upstream.requests == []


@pytest.mark.parametrize("actor", ["somebody", "dependabot[bot]"])
def test_pull_requests_of_the_repository_itself_are_asked_for(actor: str) -> None:
    with Upstream(replies={API: Reply(200, b"[]")}) as upstream:
        assert asked(an_event("pull_request", actor=actor, payload=OWN), upstream).takes


def test_without_a_token_nothing_is_asked() -> None:
    with Upstream(replies={API: Reply(200, b"[]")}) as upstream:
        assert "there is no token" in asked(an_event(), upstream, "").why
        assert upstream.requests == []
