"""What becomes of the lines of requirements files where the real tools seldom lead."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from pysentry_hook.errors import UsageError
from pysentry_hook.model import Dependency, Edge, Node, normalize
from pysentry_hook.plan.bench import Blocking, Outcome
from pysentry_hook.plan.requirement_files import RequirementFiles, where
from pysentry_hook.policy.judge import judge
from pysentry_hook.report import reported
from tests.builders import a_dependency, a_policy, an_inventory, some_facts

FACTS = some_facts()
POLICY = a_policy()
REPORT = reported(FACTS, POLICY, judge(FACTS, POLICY, FACTS.generated.date()))
ROOT = Node(normalize("shop"), None)


def an_outcome(*dependencies: Dependency, edges: tuple[Edge, ...] = (), **hashes: Sequence[str]) -> Outcome:
    """The state that a plan leads to; hashes by package, of its one version."""
    inventory = replace(an_inventory(*dependencies, path="requirements.txt"), edges=edges)
    versions = {each.name: str(each.version) for each in dependencies}
    known = {(normalize(name), versions[normalize(name)]): tuple(value) for name, value in hashes.items()}
    return Outcome(changes=(), inventory=inventory, report=REPORT, blocking=Blocking(()), hashes=known)


def edited(text: str, outcome: Outcome, *coming: str) -> str:
    names = [normalize(name) for name in coming]
    files = RequirementFiles(
        data={"requirements.txt": text.encode()}, edits={}, outcome=outcome, coming=names, going=frozenset()
    )
    return dict(files.edited()).get("requirements.txt", b"").decode()


def six(version: str, *markers: str) -> Dependency:
    return replace(a_dependency("six", version), markers=markers)


@pytest.mark.parametrize(
    ("text", "outcome", "coming", "why"),
    [
        ("six==1 --hash=sha256:00\n", an_outcome(six("2")), (), "requirements.txt:1: the index tells no hashes"),
        (
            "six==1 --hash=sha256:00\n",
            an_outcome(six("1"), a_dependency("new", "1")),
            ("new",),
            "requirements.txt: new comes new, and the index tells no hashes",
        ),
        ("six==1\n", an_outcome(six("2"), six("3")), (), "requirements.txt:1: six becomes 2 and 3; edit"),
        (
            "six==1 ; os_name == 'nt'\n",
            an_outcome(six("2", "python_version < '3.12'"), six("3", "python_version >= '3.12'")),
            (),
            "requirements.txt:1: six becomes 2 and 3; edit",
        ),
    ],
)
def test_what_nobody_can_tell_is_left_to_the_author(
    text: str, outcome: Outcome, coming: tuple[str, ...], why: str
) -> None:
    with pytest.raises(UsageError, match=f"^{why}"):
        edited(text, outcome, *coming)


def test_a_line_takes_the_version_that_may_be_installed_where_it_holds() -> None:
    outcome = an_outcome(six("2", "sys_platform == 'linux'"), six("3", "sys_platform != 'linux'"))
    assert edited("six==1 ; sys_platform == 'win32'\n", outcome) == "six==3 ; sys_platform == 'win32'\n"


def test_two_lines_of_one_version_and_one_that_stays() -> None:
    outcome = an_outcome(six("1"), six("3"))
    text = "six==1 ; os_name == 'x'\nsix==2 ; os_name != 'x'\n-r other.txt\n--pre\n"
    assert edited(text, outcome) == text.replace("==2", "==3")


@pytest.mark.parametrize(
    "layout",
    [
        "six=={} --hash=sha256:{} --hash=sha256:{} # x",
        "six=={} \\\n    --hash=sha256:{} \\\n    --hash=sha256:{}\n    # via x\n",
        "six=={}\\\r\n\t--hash sha256:{}\\\r\n\t--hash sha256:{}\r\n",
    ],
)
def test_hashes_are_laid_out_as_those_before(layout: str) -> None:
    outcome = an_outcome(six("2"), six=["sha256:cc", "sha256:dd"])
    assert edited(layout.format("1", "aa", "bb"), outcome) == layout.format("2", "cc", "dd")


def test_what_comes_new_has_the_line_ends_of_the_file() -> None:
    outcome = an_outcome(six("1"), a_dependency("new", "1"), six=["sha256:aa"], new=["sha256:bb", "sha256:cc"])
    text = "six==1 \\\r\n    --hash=sha256:aa"
    more = "new==1 \\\r\n    --hash=sha256:bb \\\r\n    --hash=sha256:cc\r\n"
    assert edited(text, outcome, "new") == f"{text}\r\n{more}"


def test_what_is_not_in_the_outcome_and_does_not_go_stays() -> None:
    assert edited("six==1\nother==1\n", an_outcome(six("2"))) == "six==2\nother==1\n"


def test_a_new_version_for_each_machine_gets_a_line_of_its_own() -> None:
    needs = Edge(a_dependency("web").node, Node(normalize("six"), "2"))
    outcome = an_outcome(a_dependency("web"), six("2", "os_name == 'nt'"), six("3", "os_name != 'nt'"), edges=(needs,))
    assert edited("web==2.30.0", outcome, "six").splitlines() == [
        "web==2.30.0",
        "six==2 ; os_name == 'nt'",
        "    # via web",
        "six==3 ; os_name != 'nt'",
        "    # via web",
    ]


PARTS = ("six==1", "\n", "\r", "\r\n", "\f", "\x85", "\\", " ", "#", " # via x", " --config-settings=a", "\n-r x", ";")


@given(st.lists(st.sampled_from(PARTS), max_size=12).map("".join))
def test_no_byte_changes_but_those_of_pins_that_move(text: str) -> None:
    assert edited(text, an_outcome()) == ""
    try:
        after = edited(text, an_outcome(six("2")))
    except UsageError:
        return
    assert (after or text).replace("six==2", "six==1") == text


A, B, C = (Node(normalize(name), "1") for name in "abc")


@pytest.mark.parametrize(
    ("edges", "found"),
    [
        ([Edge(ROOT, C)], ()),
        ([Edge(ROOT, C, "x")], ("x",)),
        ([Edge(ROOT, A), Edge(A, C, "x")], ("x",)),
        ([Edge(ROOT, A, "x"), Edge(A, B), Edge(B, C)], ("x",)),
        ([Edge(ROOT, A, "x"), Edge(A, C, "y"), Edge(A, B), Edge(B, C)], ("y", "x")),
        ([Edge(ROOT, A, "x"), Edge(A, C), Edge(ROOT, B), Edge(B, C)], ()),
        ([Edge(A, C), Edge(C, A), Edge(ROOT, A, "x")], ("x",)),
        ([Edge(A, C), Edge(C, A)], ()),
    ],
)
def test_a_package_is_needed_where_any_way_leads_to_it(edges: list[Edge], found: tuple[str, ...]) -> None:
    assert where(replace(an_inventory(), edges=tuple(edges)), normalize("c")) == found


def test_versions_of_the_outcome_are_compared_as_versions() -> None:
    assert edited("six==1.0.0\n", an_outcome(six("1.0"))) == ""
    assert an_outcome(six("1.0")).versions(normalize("six")) == (Version("1"),)
