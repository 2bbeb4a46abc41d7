"""What holds a package back is told with what asks for it, and nothing else is blamed."""

import pytest

from pysentry_hook.model import normalize
from pysentry_hook.plan.refusals import asked_by
from pysentry_hook.resolvers.request import ResolutionError
from tests.builders import a_record
from tests.plan.test_cases import Shops
from tests.resolvers.index import Release


def test_two_parents_without_a_common_version_are_told_with_what_they_ask(shops: Shops) -> None:
    shop = shops(
        Release("web", "1.0", ("six<2",)), Release("cli", "1.0", ("six<3",)), Release("cli", "1.1", ("six>=2",)),
        Release("six", "1.0"), Release("six", "2.0", python=">=3.99"), Release("six", "2.1"),
    )  # fmt: skip
    shop.write("requirements.txt", "web==1.0\ncli==1.0\nsix==1.0\n")
    plan = shop.plan(a_record(package="six", fixed="2.1"), name="requirements.txt")
    assert plan.changes == ()
    (held,) = plan.held
    assert held.chain == ("six 1.0 is held by web 1.0 (six<2); no later release of web allows six>=2.1",)


def test_what_limits_a_package_whose_name_begins_alike_is_not_blamed(shops: Shops) -> None:
    shop = shops(
        Release("web", "1.0", ("six<2",)), Release("web-x", "1.0", ("six<3",)), Release("six-x", "1.0"),
        Release("six", "1.0"), Release("six", "2.0"),
    )  # fmt: skip
    shop.write("limits.txt", "six-x<2\n")
    shop.write("requirements.txt", "-c limits.txt\nweb-x==1.0\nweb==1.0\nsix-x==1.0\nsix==1.0\n")
    (held,) = shop.plan(a_record(package="six", fixed="2.0"), name="requirements.txt").held
    assert held.chain == ("six 1.0 is held by web 1.0 (six<2); no later release of web allows six>=2.0",)


@pytest.mark.parametrize(("parent", "asks"), [("web", "<2"), ("web-x", "<4"), ("x-web", "<3"), ("we", "")])
def test_what_a_package_asks_for_is_told_of_it_alone(parent: str, asks: str) -> None:
    whole = "Because web-x==1.0 depends on six<4 and x-web==1.0 depends on six<3 and web==1.0 depends on six<2, no"
    assert asked_by(ResolutionError("no", whole), normalize(parent), normalize("six")) == asks


def test_the_chain_names_the_first_release_that_allows_the_fix_and_what_holds_that(shops: Shops) -> None:
    shop = shops(
        Release("top", "1.0", ("web<1.1",)), Release("web", "1.0", ("six<2",)), Release("web", "1.1", ("six<2",)),
        Release("web", "1.2", ("six>=1",)), Release("web", "1.3", ("six>=1",)), Release("six", "1.0"),
        Release("six", "2.0"),
    )  # fmt: skip
    shop.write("requirements.txt", "top==1.0\nweb==1.0\nsix==1.0\n")
    plan = shop.plan(a_record(package="six", fixed="2.0"), name="requirements.txt")
    (held,) = plan.held
    assert held.chain == (
        "six 1.0 is held by web 1.0 (six<2); the first web that allows six>=2.0 is 1.2",
        "web 1.0 is held by top 1.0 (web<1.1); no later release of top allows web>=1.2",
    )


def test_a_bound_and_a_python_that_hold_a_package_together_are_both_told(shops: Shops) -> None:
    shop = shops(Release("six", "1.0"), Release("six", "2.0", python=">=3.10"))
    shop.locked(["six<2"])
    plan = shop.plan(a_record(package="six", fixed="2.0"))
    assert plan.changes == ()
    assert plan.held[0].chain == (
        "six 2.0 needs Python 3.10 or later, and the project runs on older ones too",
        "six 1.0 is held by pyproject.toml:5 (six<2)",
    )
