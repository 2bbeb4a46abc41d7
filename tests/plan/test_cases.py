"""A plan for each way in which a package can be fixed, or held: the real uv against an index of the tests."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pysentry_hook.proposal import Distance, Kind, Plan
from tests.builders import a_record
from tests.plan.conftest import MANIFEST, Shop
from tests.resolvers.index import Release

Shops = Callable[..., Shop]


def told(plan: Plan) -> list[tuple[str, str, str | None]]:
    """The changes: kind, package, and what uv is asked for."""
    return [(change.kind.value, change.package, change.ask) for change in plan.changes]


def edits(plan: Plan) -> list[tuple[str, int, str, str]]:
    return [(edit.path, edit.line, edit.before, edit.after) for change in plan.changes for edit in change.edits]


def moves(plan: Plan) -> dict[str, tuple[list[str], list[str]]]:
    return {move.package: ([*map(str, move.before)], [*map(str, move.after)]) for move in plan.moves}


def left(plan: Plan) -> dict[str, str]:
    return {held.seen.package: held.reason for held in plan.held}


def test_a_refresh_within_the_constraints_takes_the_nearest_version(shops: Shops) -> None:
    versions = ("1.0", "1.0.1", "1.1", "2.0")
    shop = shops(*(Release("six", version) for version in versions))
    shop.locked(["six"], as_of=[Release("six", "1.0")])
    plan = shop.plan(a_record(package="six", fixed="1.0.1"))
    assert told(plan) == [("refresh", "six", "six>=1.0.1,<=1.0.1")]
    assert moves(plan) == {"six": (["1.0"], ["1.0.1"])}
    assert plan.moves[0].distance is Distance.PATCH
    assert plan.commands == ("uv lock --upgrade-package six==1.0.1",)
    assert (plan.before.blocking, plan.after.blocking, len(plan.cleared), plan.held) == (1, 0, 1, ())


def test_a_transitive_package_is_refreshed_too(shops: Shops) -> None:
    shop = shops(Release("web", "1.0", ("six",)), Release("six", "1.0"), Release("six", "1.2"))
    shop.locked(["web"], as_of=[Release("web", "1.0", ("six",)), Release("six", "1.0")])
    plan = shop.plan(a_record(package="six", fixed="1.1"))
    assert told(plan) == [("refresh", "six", "six>=1.1,<2")], "1.1 was never released"
    assert moves(plan) == {"six": (["1.0"], ["1.2"])}


@pytest.mark.parametrize(
    ("asks", "becomes"),
    [("six<2", "six>=2.1,<3"), ("six==1.0", "six==2.1"), ("six~=1.0", "six~=2.1"), ("six<1.5", "six>=2.1,<2.2")],
)
def test_a_bound_of_the_project_is_replaced_in_its_own_manner(shops: Shops, asks: str, becomes: str) -> None:
    shop = shops(*(Release("six", version) for version in ("1.0", "2.1", "3.0")))
    shop.locked([asks])
    plan = shop.plan(a_record(package="six", fixed="2.1"))
    assert edits(plan) == [("pyproject.toml", 5, asks, becomes)]
    assert told(plan) == [("upper_bound", "six", "six>=2.1,<=2.1")]
    assert moves(plan) == {"six": (["1.0"], ["2.1"])}


def test_a_bound_is_replaced_in_every_group_that_has_it(shops: Shops) -> None:
    shop = shops(Release("six", "1.0"), Release("six", "2.0"))
    shop.locked(["six<2"], '[dependency-groups]\ndev = ["six==1.0"]\n')
    plan = shop.plan(a_record(package="six", fixed="2.0"))
    assert [edit[3] for edit in edits(plan)] == ["six>=2.0,<3", "six==2.0"]
    assert len(plan.cleared) == 1


def test_a_parent_that_must_move_first_moves_with_it(shops: Shops) -> None:
    old = [Release("web", "1.0", ("six<2",)), Release("six", "1.0")]
    shop = shops(*old, Release("web", "1.1", ("six>=2",)), Release("six", "2.0"))
    shop.locked(["web"], as_of=old)
    plan = shop.plan(a_record(package="six", fixed="2.0"))
    assert told(plan) == [("refresh", "six", "six>=2.0,<=2.0")]
    assert moves(plan) == {"six": (["1.0"], ["2.0"]), "web": (["1.0"], ["1.1"])}
    assert next(move for move in plan.moves if move.package == "web").change is None


def test_a_parent_that_the_project_bounds_gets_another_bound(shops: Shops) -> None:
    shop = shops(
        Release("web", "1.0", ("six<2",)), Release("web", "1.5", ("six>=2",)), Release("web", "2.0", ("six>=2",)),
        Release("six", "1.0"), Release("six", "2.0"),
    )  # fmt: skip
    shop.locked(["web<1.5"])
    plan = shop.plan(a_record(package="six", fixed="2.0"))
    assert edits(plan) == [("pyproject.toml", 5, "web<1.5", "web>=1.5,<1.6")]
    assert moves(plan) == {"six": (["1.0"], ["2.0"]), "web": (["1.0"], ["1.5"])}
    assert {change.package: change.lets for change in plan.changes} == {"web": "six"}


def test_an_override_comes_last_and_is_told_as_one(shops: Shops) -> None:
    shop = shops(Release("web", "1.0", ("six<2",)), Release("six", "1.0"), Release("six", "2.0"))
    shop.locked(["web"])
    plan = shop.plan(a_record(package="six", fixed="2.0"))
    assert told(plan) == [("override", "six", "six>=2.0,<2.1")]
    assert plan.changes[0].kind is Kind.OVERRIDE
    assert plan.changes[0].against == ("web 1.0 (six<2)",)
    assert plan.commands[0] == "# pyproject.toml: add 'six>=2.0,<2.1' to [tool.uv] override-dependencies"
    assert len(plan.cleared) == 1


def test_no_parent_is_taken_back_where_a_bound_can_change(shops: Shops) -> None:
    shop = shops(
        Release("app", "1.0"), Release("app", "1.1", ("six<2",)), Release("app", "1.2", ("six>=2",)),
        Release("six", "1.0"), Release("six", "2.0"),
    )  # fmt: skip
    shop.locked(["app<1.2", "six"])
    plan = shop.plan(a_record(package="six", fixed="2.0"))
    assert moves(plan) == {"six": (["1.0"], ["2.0"]), "app": (["1.1"], ["1.2"])}


def test_a_parent_is_taken_back_rather_than_overridden(shops: Shops) -> None:
    shop = shops(Release("app", "1.0"), Release("app", "1.1", ("six<2",)), Release("six", "1.0"), Release("six", "2.0"))
    shop.locked(["app", "six<2"])
    plan = shop.plan(a_record(package="six", fixed="2.0"))
    assert moves(plan) == {"six": (["1.0"], ["2.0"]), "app": (["1.1"], ["1.0"])}
    assert "override" not in {kind for kind, *_ in told(plan)}


def test_an_upgrade_that_brings_in_another_finding_is_passed_over_for_a_later_one(shops: Shops) -> None:
    shop = shops(*(Release("six", version) for version in ("1.0", "1.1", "1.2")))
    shop.locked(["six"], as_of=[Release("six", "1.0")])
    bad = a_record("PYSEC-2099-2", "six", versions=["1.1"], events=[{"introduced": "1.1"}, {"fixed": "1.2"}])
    plan = shop.plan(a_record(package="six", fixed="1.1"), bad)
    assert moves(plan) == {"six": (["1.0"], ["1.2"])}
    assert (plan.after.blocking, plan.introduced) == (0, ())


def test_an_upgrade_that_can_only_bring_in_another_finding_is_not_made(shops: Shops) -> None:
    new = [Release("web", "2.0", ("bad",)), Release("bad", "1.0")]
    shop = shops(Release("web", "1.0"), *new)
    shop.locked(["web"], as_of=[Release("web", "1.0")])
    plan = shop.plan(a_record(package="web", fixed="2.0"), a_record("PYSEC-2099-2", "bad"))
    assert plan.changes == ()
    assert left(plan) == {"web": "what clears it brings in PYSEC-2099-2 in bad 1.0"}


def test_what_clears_a_part_is_taken_where_nothing_clears_all(shops: Shops) -> None:
    shop = shops(
        Release("web", "1.0", ("six<2",)), *(Release("six", version) for version in ("1.0", "1.1", "1.2", "2.0"))
    )  # fmt: skip
    shop.write("requirements.txt", "web==1.0\nsix==1.0\n")
    plan = shop.plan(
        a_record(package="six", fixed="1.1"), a_record("PYSEC-2099-2", "six", fixed="2.0"), name="requirements.txt"
    )
    assert moves(plan) == {"six": (["1.0"], ["1.2"])}
    assert [each.id for each in plan.cleared] == ["PYSEC-2099-1"]
    (held,) = plan.held
    assert held.chain == ("six 1.2 is held by web 1.0 (six<2); no later release of web allows six>=2.0",)


def test_a_yanked_release_is_not_taken(shops: Shops) -> None:
    shop = shops(Release("six", "1.0"), Release("six", "1.1", yanked=True), Release("six", "1.1.1"))
    shop.locked(["six"], as_of=[Release("six", "1.0")])
    plan = shop.plan(a_record(package="six", fixed="1.1"))
    assert moves(plan) == {"six": (["1.0"], ["1.1.1"])}


def test_a_fix_that_is_a_pre_release_alone_is_told_as_that(shops: Shops) -> None:
    shop = shops(Release("six", "1.0"), Release("six", "2.0rc1"))
    shop.locked(["six"])
    plan = shop.plan(a_record(package="six", fixed="2.0rc1"))
    assert plan.changes == ()
    assert left(plan) == {"six": "it is fixed in the pre-release 2.0rc1 alone"}


def test_a_python_for_which_there_is_no_fix_keeps_the_old_version(shops: Shops) -> None:
    shop = shops(Release("six", "1.0"), Release("six", "2.0", python=">=3.10"))
    shop.locked(["six"], as_of=[Release("six", "1.0")])
    plan = shop.plan(a_record(package="six", fixed="2.0"))
    assert moves(plan) == {"six": (["1.0"], ["1.0", "2.0"])}
    assert left(plan) == {"six": "2.0 elsewhere, but it stays at 1.0 where python_full_version < '3.10'"}
    assert plan.cleared == ()


def test_a_private_package_is_not_moved_and_its_name_goes_nowhere(shops: Shops) -> None:
    shop = shops(Release("acme", "1.0", ("six",)), Release("six", "1.0"), Release("six", "1.1"))
    shop.locked(["acme"], as_of=[Release("acme", "1.0", ("six",)), Release("six", "1.0")])
    shop.write(".pysentry-hook.toml", '[sources]\nprivate = ["acme"]\n')
    shop.index.asked.clear()
    plan = shop.plan(a_record(package="six", fixed="1.1"), a_record("PYSEC-2099-2", "acme"))
    assert moves(plan) == {"six": (["1.0"], ["1.1"])}
    assert not [path for path, _ in shop.index.asked if "acme" in path]


def test_both_versions_of_a_forked_package_are_cleared(shops: Shops) -> None:
    old = [Release("six", "1.0"), Release("six", "2.0", python=">=3.11")]
    shop = shops(*old, Release("six", "1.1"), Release("six", "2.1", python=">=3.11"))
    shop.locked(["six<2 ; python_version < '3.11'", "six>=2 ; python_version >= '3.11'"], as_of=old)
    bad = a_record(
        package="six", events=[{"introduced": "0"}, {"fixed": "1.1"}, {"introduced": "2.0"}, {"fixed": "2.1"}]
    )
    plan = shop.plan(bad)
    assert moves(plan) == {"six": (["1.0", "2.0"], ["1.1", "2.1"])}
    assert plan.after.blocking == 0


def test_no_version_of_a_forked_package_goes_back_to_that_of_another(shops: Shops) -> None:
    shop = shops(
        Release("six", "1.0"), Release("six", "1.1"), Release("six", "2.0", python=">=3.12"),
        Release("six", "2.1", python=">=3.12"),
    )  # fmt: skip
    shop.write("requirements.txt", "six==1.0 ; python_version < '3.12'\nsix==2.0 ; python_version >= '3.12'\n")
    bad = [{"introduced": "0"}, {"fixed": "1.1"}, {"introduced": "2.0"}, {"fixed": "2.1"}]
    plan = shop.plan(a_record(package="six", events=bad), name="requirements.txt")
    assert moves(plan) == {"six": (["1.0", "2.0"], ["1.1", "2.1"])}


def test_a_cooldown_that_alone_forbids_the_fix_is_told_with_the_exception_that_lifts_it(shops: Shops) -> None:
    shop = shops(Release("six", "1.0"), Release("six", "1.1", uploaded="2026-11-20T00:00:00Z"))
    shop.locked(["six"], '[tool.uv]\nexclude-newer = "2026-06-01T00:00:00Z"\n')
    plan = shop.plan(a_record(package="six", fixed="1.1"))
    assert plan.changes == ()
    (held,) = plan.held
    assert held.reason == "a cooldown (exclude-newer) alone forbids the fix"
    assert held.exception is not None
    assert held.exception.startswith('[tool.uv] exclude-newer-package = { six = "20')


def test_a_cooldown_changes_nothing_for_the_pythons_that_are_resolved_for(shops: Shops) -> None:
    shop = shops(Release("six", "1.0"), Release("six", "1.1"), Release("web", "1.0", python=">=3.11,<3.14"))
    head = '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.11,<3.14"\ndependencies = ["six", "web"]\n'
    shop.write("pyproject.toml", head + '[tool.uv]\nexclude-newer = "1 week"\n')
    shop.lock([Release("six", "1.0"), Release("web", "1.0", python=">=3.11,<3.14")])
    assert moves(shop.plan(a_record(package="six", fixed="1.1"))) == {"six": (["1.0"], ["1.1"])}


def test_malware_is_never_answered_with_an_upgrade(shops: Shops) -> None:
    shop = shops(Release("six", "1.0"), Release("six", "1.1"))
    shop.locked(["six==1.0"])
    plan = shop.plan(a_record("MAL-2099-1", "six", versions=["1.0"], events=[]))
    assert plan.changes == ()
    assert left(plan)["six"].startswith("malware: remove it")


def test_several_findings_are_cleared_by_as_few_changes_as_possible(shops: Shops) -> None:
    old = [Release("web", "1.0", ("six<2",)), Release("six", "1.0"), Release("attrs", "1.0")]
    shop = shops(*old, Release("web", "2.0", ("six>=2",)), Release("six", "2.0"), Release("attrs", "1.1"))
    shop.locked(["web", "attrs"], as_of=old)
    plan = shop.plan(
        a_record(package="six", fixed="2.0"),
        a_record("PYSEC-2099-2", "web", fixed="2.0"),
        a_record("PYSEC-2099-3", "attrs", fixed="1.1"),
    )
    assert {package for _, package, _ in told(plan)} in ({"web", "attrs"}, {"six", "attrs"})
    assert plan.after.blocking == 0


def test_what_has_no_wheel_stays_and_the_rest_is_planned_for(shops: Shops, tmp_path: Path) -> None:
    built = Release("old", "1.0", ("six",), marker_of_build=tmp_path / "built")
    shop = shops(built, Release("six", "1.0"), Release("six", "1.1"))
    shop.write("pyproject.toml", MANIFEST.format(["old", "six"]))
    source = f'source = {{ registry = "{shop.index.url}" }}'
    needs = 'dependencies = [{ name = "old" }, { name = "six" }]\n'
    packages = (
        f'name = "shop"\nversion = "1"\nsource = {{ virtual = "." }}\n{needs}',
        f'name = "old"\nversion = "1.0"\n{source}\ndependencies = [{{ name = "six" }}]\n',
        f'name = "six"\nversion = "1.0"\n{source}\n',
    )
    shop.write("uv.lock", "".join(["version = 1\n", *(f"[[package]]\n{each}" for each in packages)]))
    plan = shop.plan(a_record(package="six", fixed="1.1"))
    assert moves(plan) == {"six": (["1.0"], ["1.1"])}
    assert plan.notes[0].startswith("old stays as it is: no wheel")
    assert not (tmp_path / "built").exists()
    assert plan.limits[-1] == "uv resolved from wheels and metadata; nothing was installed, and no test was run"
    spoilt = shop.plan(a_record(package="old", fixed="1.1"))
    assert left(spoilt) == {"old": "no wheel that could be resolved, and nobody knows what it asks for"}


def test_a_plan_that_may_build_says_so(shops: Shops) -> None:
    shop = shops(Release("six", "1.0"), Release("six", "1.1"))
    shop.locked(["six"], as_of=[Release("six", "1.0")])
    plan = shop.plan(a_record(package="six", fixed="1.1"), allow_build=True)
    assert plan.limits[-1] == (
        "uv resolved with --allow-build, so it may have built packages, and run their code; no test was run"
    )
