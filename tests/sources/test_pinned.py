"""A zip that is pinned by its digest is as old as what is in it, whenever it is loaded and asked."""

import hashlib
import io
import json
import zipfile
from datetime import UTC, datetime

import pytest

from pysentry_hook.cache import MemoryCache
from pysentry_hook.sources.database import Database
from tests.builders import a_package, a_record
from tests.sources.conftest import LATER, NOW, MakeContext
from tests.upstream import Reply, Upstream

Moment = tuple[int, int, int, int, int, int]
MADE = datetime(2099, 2, 27, 10, 30, 2, tzinfo=UTC)


def written_at(*moments: Moment) -> bytes:
    """A zip of records that were written at these moments."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number, moment in enumerate(moments):
            member = zipfile.ZipInfo(f"GHSA-{number}.json", moment)
            archive.writestr(member, json.dumps(a_record(f"GHSA-{number}")))
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "as_of"),
    [
        (written_at((2099, 2, 27, 10, 30, 2), (2098, 1, 1, 0, 0, 0)), MADE),
        (written_at((1980, 1, 1, 0, 0, 0)), NOW),
        (written_at((2099, 2, 31, 10, 30, 2)), NOW),
        (written_at((2106, 1, 1, 0, 0, 0)), NOW),
    ],
    ids=["of its newest record", "without a date", "of no day", "of the future"],
)
def test_what_is_pinned_is_as_old_as_it_was_when_it_was_loaded(
    content: bytes, as_of: datetime, make_context: MakeContext
) -> None:
    """Where it does not tell when it was made, nobody knows more than when it was loaded."""
    cache, pin = MemoryCache(), hashlib.sha256(content).hexdigest()
    with Upstream(replies={"/db.zip": Reply(200, content)}) as host:
        url = f"{host.url}/db.zip"
        for now in (NOW, LATER):
            answer = Database(f"{url}#sha256={pin}", make_context(url, cache=cache, now=now)).ask([a_package()])
            assert (answer.data.as_of, answer.data.stale) == (as_of, False)
            assert answer.answered == {a_package()}
        assert len(host.requests) == 1


def test_what_is_not_pinned_is_as_old_as_the_moment_when_it_was_known_to_be_current(make_context: MakeContext) -> None:
    content = written_at((2099, 2, 27, 10, 30, 2))
    with Upstream(replies={"/db.zip": Reply(200, content)}) as host:
        url = f"{host.url}/db.zip"
        assert Database(url, make_context(url)).ask([a_package()]).data.as_of == NOW
