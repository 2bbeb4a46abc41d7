"""Does code scanning take an upload here? What the event tells, and what GitHub answers when it is asked."""

import json
import re
from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from typing import NamedTuple

from pysentry_hook.commands.action.event import TARGET, Event
from pysentry_hook.config.settings import ca_bundle_of
from pysentry_hook.errors import SourceError
from pysentry_hook.http import Http, Limits, Response
from pysentry_hook.text import one_line

_LIMITS = Limits(read=10.0, overall=30.0, retries=2)
_STATUSES = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
_LARGEST = 1024 * 1024
_NAME = re.compile(r"[\w.-]+/[\w.-]+")


class Answer(NamedTuple):
    """Whether an upload is taken, and why not, or why that is not known."""

    takes: bool
    why: str = ""


def takes_uploads(event: Event, environment: Mapping[str, str], token: str) -> Answer:
    """Return what is known of an upload from this run."""
    refused = _by_event(event)
    if refused:
        return Answer(takes=False, why=refused)
    if not token:
        return Answer(takes=False, why="there is no token: leave the input token out, or give it github.token")
    if not _NAME.fullmatch(event.repository):
        return Answer(takes=False, why="GITHUB_REPOSITORY names no repository")
    api = environment.get("GITHUB_API_URL") or "https://api.github.com"
    url = f"{api}/repos/{event.repository}/code-scanning/analyses?per_page=1"
    http = Http(_LIMITS, ca_bundle=ca_bundle_of(environment))
    try:
        return http.get(url, partial(_answer, event), bearer=token, statuses=_STATUSES, limit=_LARGEST)
    except SourceError as error:
        return Answer(takes=True, why=f"GitHub did not say whether it takes uploads here ({error}), so it is tried")
    finally:
        http.close()


def _by_event(event: Event) -> str | None:
    """Why an event may not upload, whatever the settings of the repository."""
    if event.is_fork:
        return "this pull request comes from a fork, whose token may not write"
    if event.name == TARGET:
        return f"the results of a change would become those of the target branch with the event {TARGET}"
    if event.is_dependabots and not event.is_pull_request:
        return (
            f"Dependabot caused this event {event.name}, and its token may only read: "
            "run on pull_request, and leave dependabot/** out of push"
        )
    return None


def _answer(event: Event, response: Response) -> Answer:
    """What an answer means, https://docs.github.com/rest/code-scanning/code-scanning."""
    said = _message(response.body)
    if response.status == HTTPStatus.OK:
        return Answer(takes=True)
    if response.status == HTTPStatus.NOT_FOUND and "no analysis" in said.lower():
        return Answer(takes=True)
    if response.status == HTTPStatus.UNAUTHORIZED:
        return Answer(takes=False, why=f"GitHub does not take the token ({said})")
    wanted = f"add permissions: {{contents: read, security-events: write{', actions: read' * event.is_private}}}"
    if response.status == HTTPStatus.NOT_FOUND or "not accessible" in said.lower():
        return Answer(takes=False, why=f"the token may not ({said}): {wanted}")
    settings = "Settings > Advanced Security > Code scanning"
    where = f"{settings}, which in a private repository needs GitHub Code Security" if event.is_private else settings
    return Answer(takes=False, why=f"code scanning is off here ({said}): see {where}. If it is on: {wanted}")


def _message(body: bytes) -> str:
    try:
        said = json.loads(body)
    except ValueError:
        return "no message"
    return one_line(said.get("message", "no message"), 160) if isinstance(said, dict) else "no message"
