"""Several --requirements, resolved together where they belong together and apart where they do not."""

import subprocess
from itertools import permutations
from typing import Any

import pytest

from pysentry_hook.resolvers import RESOLVERS
from tests.e2e.conftest import House

pytestmark = pytest.mark.unmeasured  # other tests measure what these run

both = pytest.mark.parametrize("resolver", list(RESOLVERS))


def named(*files: str) -> list[str]:
    return [word for file in files for word in ("--requirements", file)]


def told(report: dict[str, Any]) -> list[tuple[str, str, int]]:
    places = [(finding["version"], finding["location"]) for finding in report["findings"]]
    return [(version, place["path"], place["line"]) for version, place in places]


@both
def test_a_file_and_the_one_that_includes_it_are_resolved_and_counted_once(house: House, resolver: str) -> None:
    house.write("dev.txt", "-r base.txt\nshop-web\n")
    house.write("base.txt", "# the base\nrequests\n")
    for order in permutations(["dev.txt", "base.txt"]):
        report = house.report("--resolver", resolver, *named(*order))
        assert told(report) == [("2.30.0", "base.txt", 2)]
        assert [entry["path"] for entry in report["inputs"]] == ["dev.txt"]
        assert report["skipped_inputs"] == [{"path": "base.txt", "reason": "read with dev.txt"}]
        assert report["coverage"]["total"] == 3


@both
def test_a_file_and_what_limits_it_are_one_resolution(house: House, resolver: str) -> None:
    house.write("app.txt", "-c limits.txt\nrequests\n")
    house.write("limits.txt", "six\nshop-web==1.0\n")
    for order in permutations(["app.txt", "limits.txt"]):
        report = house.report("--resolver", resolver, *named(*order))
        assert told(report) == [("2.30.0", "app.txt", 2)]
        assert report["skipped_inputs"] == [{"path": "limits.txt", "reason": "read with app.txt"}]
        assert report["coverage"]["total"] == report["coverage"]["checked"] == 3


def test_files_that_do_not_know_each_other_are_resolved_apart(house: House) -> None:
    house.write("new.txt", "requests>=2.31\n")
    house.write("old.txt", "requests<2.31\n")
    report = house.report(*named("new.txt", "old.txt"))
    assert report["complete"]
    assert told(report) == [("2.30.0", "old.txt", 1)]
    assert [entry["path"] for entry in report["inputs"]] == ["new.txt", "old.txt"]
    assert report["coverage"]["total"] == 2


def git(house: House, *words: str) -> None:
    names = [word for key in ("user.name", "user.email") for word in ("-c", f"{key}=x")]
    subprocess.run(["git", *names, *words], cwd=house.folder, check=True, capture_output=True)


def test_what_was_named_together_before_is_older_than_the_change(house: House) -> None:
    house.write("app.txt", "six==1.16.0\n")
    house.write("limits.txt", "requests==2.30.0\n")
    git(house, "init", "-q")
    git(house, "add", ".")
    git(house, "commit", "-q", "-m", "x")
    words = ["--against", "HEAD", "--no-resolver", *named("app.txt", "limits.txt")]
    for text in ("-c limits.txt\nsix==1.16.0\n", "-r limits.txt\nsix==1.16.0\n"):
        house.write("app.txt", text)
        report = house.report(*words)
        assert told(report) == [("2.30.0", "limits.txt", 1)]
        assert [finding["novelty"] for finding in report["findings"]] == ["existing"]
    house.write("limits.txt", "six==1.16.0\n")
    git(house, "commit", "-q", "-a", "-m", "x")
    house.write("limits.txt", "requests==2.30.0\n")
    assert [finding["novelty"] for finding in house.report(*words)["findings"]] == ["introduced"]
