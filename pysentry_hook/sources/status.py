"""Ask the index for the status of projects, https://peps.python.org/pep-0792/."""

import json
import re
from collections.abc import Mapping, Sequence

from pysentry_hook.errors import SourceError
from pysentry_hook.http import Http, Response
from pysentry_hook.model import NormalizedName
from pysentry_hook.sources.pypi import root

_QUARANTINED = "quarantined"
_SIMPLE = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1"
_META = re.compile(rb"<meta\b([^<>]{0,500})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(rb"""(name|content)\s*=\s*["']([^"'<>]*)["']""", re.IGNORECASE)


def quarantined(http: Http, url: str, names: Sequence[NormalizedName]) -> tuple[NormalizedName, ...]:
    """Return those names whose projects the index has quarantined; one for which it gives no answer is none."""

    def ask(name: NormalizedName) -> str | None:
        try:
            return http.get(f"{root(url)}/simple/{name}/", _status, accept=_SIMPLE)
        except SourceError:
            return None

    asked = zip(names, http.map(ask, names), strict=True) if names else ()
    return tuple(name for name, future in asked if future.result() == _QUARANTINED)


def _status(response: Response) -> str | None:
    """The status that an answer states, as JSON or as HTML; ValueError where it is neither."""
    if not response.body.lstrip().startswith(b"{"):
        tags = (dict(_ATTRIBUTE.findall(found)) for found in _META.findall(response.body))
        return next((tag[b"content"].decode("ascii", "replace") for tag in tags if _is_status(tag)), None)
    answer = json.loads(response.body)
    stated = answer.get("project-status")
    status = stated.get("status") if isinstance(stated, Mapping) else None
    return status if isinstance(status, str) else None


def _is_status(tag: Mapping[bytes, bytes]) -> bool:
    return tag.get(b"name") == b"pypi:project-status" and b"content" in tag
