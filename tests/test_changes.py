"""Nobody is asked about what is as it was, nor is a change blamed for it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from pysentry_hook.asking import Answers, Asker
from pysentry_hook.baseline import Before
from pysentry_hook.cache import MemoryCache
from pysentry_hook.changes import ask_changed, differences
from pysentry_hook.http import Http, Limits
from pysentry_hook.model import Dependency
from pysentry_hook.report import Baseline
from pysentry_hook.sources.status import Known
from tests.builders import a_dependency, an_inventory
from tests.config.settling import in_environment
from tests.upstream import Reply, Upstream

NOW = datetime(2099, 3, 1, tzinfo=UTC)
OLD, UNHEARD, NEW = a_dependency(), a_dependency("flask", "1.0"), a_dependency("idna", "3.4")


def told(status: str) -> Reply:
    return Reply(body=b'{"files": [], "project-status": {"status": "%s"}}' % status.encode())


@contextmanager
def asker(upstream: Upstream, cache: MemoryCache, *, offline: bool = False) -> Iterator[Asker]:
    http = Http(Limits(connect=2, read=2, overall=20, at_once=8, first_wait=0.001), offline=offline)
    settings = in_environment({"PYSENTRY_HOOK_SOURCES_ENABLED": "osv"}, service_urls=tuple(upstream.options[1::2]))
    yield Asker(settings, http=http, cache=cache, now=NOW)
    http.close()


def ask(upstream: Upstream, cache: MemoryCache, dependencies: Sequence[Dependency]) -> Answers:
    """The answers about what a change brings in beside OLD and UNHEARD."""
    inventory, before = an_inventory(*dependencies), an_inventory(OLD, UNHEARD)
    past = Before(Baseline("HEAD", "0" * 40), {inventory.path: before})
    with asker(upstream, cache) as online, asker(upstream, cache, offline=True) as here:
        changed = ask_changed(differences([(inventory, 0)], past), online, here)
        return online.complete(changed.answers)


def test_only_what_a_change_brings_in_is_blamed_for_its_status() -> None:
    cache = MemoryCache()
    replies = {"/simple/requests/": told("archived"), "/simple/idna/": told("deprecated")}
    with Upstream(replies=replies) as upstream:
        with asker(upstream, cache) as first:
            first.complete(first.ask([OLD]))
        upstream.forget()
        answers = ask(upstream, cache, [OLD, UNHEARD, NEW])
        assert not upstream.mentions("requests")
        assert not upstream.mentions("flask")
    assert answers.statuses == {"idna": Known("deprecated")}
    assert not answers.failures
