"""What was learnt is not asked again, and whoever remembers it tells what somebody does who knows nothing."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pysentry_hook.asking import Asker
from pysentry_hook.cache import DiskCache, MemoryCache
from pysentry_hook.evaluation import judged, remember
from pysentry_hook.http import Http, Limits
from pysentry_hook.matching import Knowledge
from pysentry_hook.memory import Memory
from pysentry_hook.model import Dependency
from tests.builders import a_dependency, a_record
from tests.config.settling import in_environment
from tests.damage import each_damage
from tests.upstream import Fault, Reply, Upstream

NOW = datetime(2099, 3, 1, tzinfo=UTC)
PYPI, CORP = "https://pypi.org/simple", "https://pypi.corp.example/simple"


def on_pypi(name: str, version: str = "1.0", **more: Any) -> Dependency:
    return a_dependency(name, version, **{"indexes": [PYPI], **more})


class Machine:
    """A cache, and scans that remember; `forgetful` ones know nothing."""

    def __init__(self, upstream: Upstream, folder: Path, **flags: Any) -> None:
        self._upstream = upstream
        self._folder = folder
        self.flags = flags

    def scan(
        self, *dependencies: Dependency, now: datetime = NOW, forgetful: bool = False, private: str = ""
    ) -> dict[str, Any]:
        """Everything that a scan tells of these versions."""
        urls = tuple(self._upstream.options[1::2])
        environment = {"PYSENTRY_HOOK_SOURCES_PRIVATE": private} if private else {}
        chosen = in_environment(environment, service_urls=urls, **self.flags)
        cache = MemoryCache() if forgetful else DiskCache(self._folder, pytest.fail)
        http = Http(Limits(connect=2, read=2, overall=20, at_once=8, first_wait=0.001, retries=0))
        asker = Asker(chosen, http=http, cache=cache, now=now)
        memory = Memory(cache, chosen, "root", ["uv.lock"], now)
        learnt = memory.recall()
        answers = asker.ask(dependencies, learnt)
        packages = [each.package for each in dependencies]
        found = judged(packages, answers, Knowledge(answers.advisories), asker, learnt)
        answers = asker.complete(answers)
        remember(memory, learnt, answers, asker, found)
        cache.close()
        http.close()
        return {
            "found": found,
            "data": answers.data,
            "failures": answers.failures,
            "not_known": answers.not_known,
            "unchecked": [answers.why_unchecked(each) for each in dependencies],
            "never_matched": answers.never_matched,
            "statuses": answers.statuses,
            "hints": answers.hints,
        }

    def forget_answers(self) -> None:
        """Leave nothing in the cache but notes."""
        for file in (self._folder / "answers").iterdir():
            file.unlink()


def several() -> list[dict[str, Any]]:
    return [
        a_record("PYSEC-2099-1", "requests", fixed="2.0", aliases=["CVE-2099-1"]),
        a_record("GHSA-aaaa-bbbb-0001", "requests", fixed="2.0", aliases=["CVE-2099-1"]),
        a_record("PYSEC-2099-2", "django", fixed="1.1"),
        a_record("PYSEC-2099-3", "django", introduced="1.1", fixed="1.2"),
    ]


def names_asked(upstream: Upstream) -> set[str]:
    """The names in all requests but those for the archive and for records."""
    batches = [json.loads(each.body)["queries"] for each in upstream.asked("/v1/querybatch")]
    others = [each.path.split("/")[2] for each in (*upstream.asked("/pypi/"), *upstream.asked("/simple/"))]
    return {query["package"]["name"] for queries in batches for query in queries} | set(others)


def test_a_second_scan_asks_nobody_and_looks_nothing_up(tmp_path: Path) -> None:
    with Upstream(several(), unknown=["six"]) as upstream:
        machine = Machine(upstream, tmp_path)
        first = machine.scan(on_pypi("requests"), on_pypi("django"), on_pypi("six"))
        assert [len(each) for each in first["found"].values()] == [1, 1, 0]
        assert [str(each[0].upgrade_to) for each in first["found"].values() if each] == ["2.0", "None"]
        upstream.forget()
        machine.forget_answers()
        assert machine.scan(on_pypi("requests"), on_pypi("django"), on_pypi("six")) == first
        assert not upstream.requests
        assert not list((tmp_path / "answers").iterdir())


def test_of_a_changed_lock_only_what_is_new_is_asked(tmp_path: Path) -> None:
    with Upstream(several()) as upstream:
        machine = Machine(upstream, tmp_path)
        machine.scan(on_pypi("requests"), on_pypi("six"))
        upstream.forget()
        machine.forget_answers()
        found = machine.scan(on_pypi("requests"), on_pypi("django"))
        assert names_asked(upstream) == {"django"}
        assert found == machine.scan(on_pypi("requests"), on_pypi("django"), forgetful=True)
        upstream.forget()
        machine.forget_answers()
        machine.scan(on_pypi("requests"), on_pypi("django"))
        assert not upstream.requests


def test_another_version_of_a_known_name_asks_about_all_its_versions(tmp_path: Path) -> None:
    with Upstream(several()) as upstream:
        machine = Machine(upstream, tmp_path)
        machine.scan(on_pypi("requests"), on_pypi("django"))
        upstream.forget()
        machine.forget_answers()
        both = (on_pypi("requests"), on_pypi("django"), on_pypi("django", "1.1"))
        assert machine.scan(*both) == machine.scan(*both, forgetful=True)
        assert "requests" not in {
            query["package"]["name"] for query in json.loads(upstream.asked("/v1/querybatch")[0].body)["queries"]
        }


def test_a_record_about_several_names_has_all_asked_anew(tmp_path: Path) -> None:
    shared = a_record("GHSA-aaaa-bbbb-0002", "tensor", fixed="2.0")
    shared["affected"] += a_record(package="tensor-cpu", fixed="2.0")["affected"]
    with Upstream([shared, *several()]) as upstream:
        machine = Machine(upstream, tmp_path)
        for names in (("tensor", "six"), ("tensor-cpu", "tensor", "six"), ("tensor-cpu", "six"), ("tensor", "six")):
            dependencies = [on_pypi(name) for name in names]
            assert machine.scan(*dependencies) == machine.scan(*dependencies, forgetful=True), names


def test_what_was_learnt_is_too_old_when_its_oldest_answer_is(tmp_path: Path) -> None:
    with Upstream(several()) as upstream:
        machine = Machine(upstream, tmp_path)
        fresh_for = in_environment({}).fresh_for
        machine.scan(on_pypi("requests"), now=NOW - fresh_for)
        machine.scan(on_pypi("requests"), on_pypi("django"))
        upstream.forget()
        machine.scan(on_pypi("requests"), on_pypi("django"), now=NOW + timedelta(seconds=1))
        assert "requests" in names_asked(upstream)
        assert "django" not in names_asked(upstream)


def test_nothing_is_learnt_of_the_future(tmp_path: Path) -> None:
    with Upstream(several()) as upstream:
        machine = Machine(upstream, tmp_path)
        machine.scan(on_pypi("requests"), now=NOW + timedelta(hours=1))
        upstream.forget()
        machine.scan(on_pypi("requests"))
        assert names_asked(upstream) == {"requests"}


@pytest.mark.parametrize(
    "path", ["/v1/querybatch", "/v1/vulns/", "/pypi/requests/1.0/json", "/pypi/", "/pypa.zip", "/simple/"]
)
def test_nothing_is_learnt_where_a_source_failed(path: str, tmp_path: Path) -> None:
    with Upstream(several(), faults=[Fault(path, "status", status=500)]) as upstream:
        machine = Machine(upstream, tmp_path)
        assert machine.scan(on_pypi("requests"), on_pypi("six"))["failures"]
        upstream.fail()
        assert machine.scan(on_pypi("requests"), on_pypi("six")) == machine.scan(
            on_pypi("requests"), on_pypi("six"), forgetful=True
        )


def test_nothing_is_learnt_where_a_candidate_could_not_be_asked_about(tmp_path: Path) -> None:
    with Upstream(several(), faults=[Fault("/pypi/requests/2.0/json", "status", status=500)]) as upstream:
        machine = Machine(upstream, tmp_path)
        machine.scan(on_pypi("requests"))
        upstream.fail()
        upstream.forget()
        machine.scan(on_pypi("requests"))
        assert [each.path for each in upstream.requests] == ["/pypi/requests/2.0/json"]
        machine.scan(on_pypi("requests"))
        assert len(upstream.requests) == 1


def test_the_status_of_projects_is_learnt_too(tmp_path: Path) -> None:
    page = {"name": "requests", "files": [], "project-status": {"status": "archived", "reason": "done"}}
    reply = Reply(200, json.dumps(page).encode(), {"Content-Type": "application/vnd.pypi.simple.v1+json"})
    with Upstream(several(), replies={"/simple/requests/": reply}) as upstream:
        machine = Machine(upstream, tmp_path)
        first = machine.scan(on_pypi("requests"), on_pypi("six"))
        assert first["statuses"]["requests"] == ("archived", "done")
        assert machine.scan(on_pypi("requests"), on_pypi("six"))["statuses"] == first["statuses"]
        machine.flags = {"no_maintenance_check": True}
        assert not machine.scan(on_pypi("requests"), on_pypi("six"))["statuses"]


def test_a_name_that_became_private_or_comes_from_elsewhere_is_not_what_was_known(tmp_path: Path) -> None:
    with Upstream(several()) as upstream:
        machine = Machine(upstream, tmp_path)
        machine.scan(on_pypi("requests"), on_pypi("django"))
        private = machine.scan(on_pypi("requests"), on_pypi("django"), private="requests")
        assert [package.name for package in private["found"]] == ["django"]
        elsewhere = (on_pypi("requests", indexes=[CORP]), on_pypi("django"))
        assert machine.scan(*elsewhere) == machine.scan(*elsewhere, forgetful=True)


def test_a_changed_archive_is_never_mixed_with_what_was_learnt_of_the_last_one(tmp_path: Path) -> None:
    with Upstream(several()) as upstream:
        machine = Machine(upstream, tmp_path)
        machine.scan(on_pypi("requests"))
        upstream.records.append(a_record("PYSEC-2099-9", "requests", fixed="3.0"))
        machine.forget_answers()
        both = (on_pypi("requests"), on_pypi("django"))
        assert machine.scan(*both) == machine.scan(*both, forgetful=True)


NAMES, VERSIONS = ["aa", "bb", "cc", "dd"], ["1.0", "1.1", "2.0"]
packages = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(VERSIONS)), unique=True, max_size=6)
records = st.lists(
    st.tuples(
        st.lists(st.sampled_from(NAMES), min_size=1, max_size=2, unique=True),
        st.sampled_from(["1.1", "2.0", "3.0", None]),
        st.lists(st.sampled_from(["CVE-2099-1", "CVE-2099-2", "CVE-2099-3"]), max_size=2, unique=True),
        st.booleans(),
    ),
    max_size=6,
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=records, locks=st.lists(packages, min_size=2, max_size=3))
def test_who_remembers_tells_what_somebody_tells_who_knows_nothing(
    records: Sequence[tuple[list[str], str | None, list[str], bool]],
    locks: Sequence[Sequence[tuple[str, str]]],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    every = []
    for number, (names, fixed, aliases, of_pypa) in enumerate(records):
        name = f"PYSEC-2099-{number}" if of_pypa else f"GHSA-aaaa-bbbb-000{number}"
        every.append(a_record(name, names[0], fixed=fixed, aliases=aliases))
        every[-1]["affected"] += [
            entry for other in names[1:] for entry in a_record(package=other, fixed=fixed)["affected"]
        ]
    with Upstream(every) as upstream:
        machine = Machine(upstream, tmp_path_factory.mktemp("cache"))
        for lock in locks:
            dependencies = [on_pypi(name, version) for name, version in lock]
            assert machine.scan(*dependencies) == machine.scan(*dependencies, forgetful=True)


def test_a_planted_note_that_is_not_of_our_shape_is_none_or_is_read_whole(tmp_path: Path) -> None:
    scanned = [on_pypi("requests"), on_pypi("django"), on_pypi("six")]
    with Upstream(several(), unknown=["six"]) as upstream:
        Machine(upstream, tmp_path).scan(*scanned)
    (note,) = (tmp_path / "notes").iterdir()
    values = json.loads(note.read_bytes()[65:])
    chosen = in_environment({})
    read = 0
    for each in each_damage(values):
        cache = Noted(json.dumps(each).encode())
        learnt = Memory(cache, chosen, "root", ["uv.lock"], NOW).recall()
        if learnt is not None:
            read += 1
            asker = Asker(chosen, http=Http(Limits(), offline=True), cache=MemoryCache(), now=NOW)
            answers = asker.complete(asker.ask(scanned, learnt))
            judged([each.package for each in scanned], answers, Knowledge(()), asker, learnt)
    assert Memory(Noted(json.dumps(values).encode()), chosen, "root", ["uv.lock"], NOW).recall() is not None
    assert read < 100
    for number in (0, 2):
        planted = json.dumps({**values, "data": values["data"][:number]}).encode()
        assert Memory(Noted(planted), chosen, "root", ["uv.lock"], NOW).recall() is None


class Noted(MemoryCache):
    """A cache that has one note for everybody."""

    def __init__(self, note: bytes) -> None:
        super().__init__()
        self._note = note

    def note(self, key: str) -> bytes | None:
        return self._note


def test_what_is_about_to_change_is_asked_for_again(tmp_path: Path) -> None:
    """The service names a newer state of a record than the one that it gives."""
    listed = json.dumps({"results": [{"vulns": [{"id": "PYSEC-2099-1", "modified": "2099-02-01T00:00:00Z"}]}]}).encode()
    with Upstream([a_record(fixed="2.31")], replies={"/v1/querybatch": Reply(200, listed)}) as upstream:
        machine = Machine(upstream, tmp_path, sources=("osv",), no_maintenance_check=True)
        for _ in range(2):
            upstream.forget()
            machine.scan(on_pypi("requests", "2.30.0"))
            assert upstream.asked("/v1/vulns/")
