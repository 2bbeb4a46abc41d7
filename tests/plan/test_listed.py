"""A plan for a requirements file judges what the file lists, all of it, and nothing else."""

import sys

from tests.builders import a_record
from tests.plan.conftest import Shop
from tests.plan.test_cases import Shops, left, moves
from tests.resolvers.index import Release

OLD = (Release("web", "1.0", ("six", "idna")), Release("six", "1.0"), Release("idna", "1.0"))


def a_shop(shops: Shops, text: str, *more: Release) -> Shop:
    shop = shops(*OLD, *more)
    shop.write("requirements.txt", text)
    return shop


def test_what_a_file_never_listed_neither_comes_nor_counts(shops: Shops) -> None:
    shop = a_shop(shops, "web==1.0\nsix==1.0\n", Release("six", "1.1"))
    plan = shop.plan(a_record(package="six", fixed="1.1"), a_record("PYSEC-2099-2", "idna"), name="requirements.txt")
    assert moves(plan) == {"six": (["1.0"], ["1.1"])}
    assert (plan.after.blocking, plan.introduced) == (0, ())
    assert plan.notes == (f"resolved for Python {sys.version_info.major}.{sys.version_info.minor} alone",)


def test_what_a_new_version_needs_comes_where_nothing_needed_it_before(shops: Shops) -> None:
    shop = a_shop(shops, "web==1.0\nsix==1.0\n", Release("six", "1.1", ("new",)), Release("new", "1.0"))
    plan = shop.plan(a_record(package="six", fixed="1.1"), name="requirements.txt")
    assert moves(plan) == {"new": ([], ["1.0"]), "six": (["1.0"], ["1.1"])}


def test_a_pin_of_an_extra_that_the_file_does_not_name_is_asked_for_by_itself(shops: Shops) -> None:
    text = "web==1.0\n    # via -r requirements.in\nsocks==1.0\n    # via web\nsix==1.0\n    # via web\n"
    shop = a_shop(shops, text, Release("socks", "1.0"), Release("socks", "1.1"))
    plan = shop.plan(a_record(package="socks", fixed="1.1"), name="requirements.txt")
    assert moves(plan) == {"socks": (["1.0"], ["1.1"])}
    assert len(plan.changes) == 1


def test_a_pin_whose_marker_never_holds_is_left_and_never_told_as_cleared(shops: Shops) -> None:
    text = "web==1.0\nsix==1.0\nidna==1.0\nold==1.0 ; python_version < '3'\n"
    shop = a_shop(shops, text, Release("old", "1.0"), Release("old", "1.1"))
    plan = shop.plan(a_record(package="old", fixed="1.1"), name="requirements.txt")
    assert (plan.cleared, plan.moves, plan.after.blocking) == ((), (), 1)
    assert [*left(plan)] == ["old"]
    assert plan.notes == ("old: on no Python that was resolved for its marker holds, so it was left alone",)


def test_where_the_lock_alone_is_behind_its_manifest_locking_is_all_there_is_to_do(shops: Shops) -> None:
    shop = shops(Release("six", "1.0"), Release("six", "1.1"))
    shop.locked(["six==1.0"])
    shop.write("pyproject.toml", (shop.folder / "pyproject.toml").read_text(encoding="utf-8").replace("==1.0", "==1.1"))
    plan = shop.plan(a_record(package="six", fixed="1.1"))
    assert (len(plan.cleared), plan.changes, plan.commands) == (1, (), ("uv lock",))
