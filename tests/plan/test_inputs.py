"""A plan for every input: manifests without a lock, requirements files, and the locks of other tools."""

import pytest

from pysentry_hook.commands.plan import exit_code
from tests.builders import a_record
from tests.plan.conftest import HEAD, MANIFEST
from tests.plan.test_cases import Shops, edits, left, moves, told
from tests.resolvers.index import Release

SIX = tuple(Release("six", version) for version in ("1.0", "1.1", "2.0"))


def test_a_manifest_without_a_lock_gets_another_bound(shops: Shops) -> None:
    shop = shops(*SIX)
    shop.write("pyproject.toml", MANIFEST.format(["six<1.1"]))
    plan = shop.plan(a_record(package="six", fixed="1.1"))
    assert edits(plan) == [("pyproject.toml", 5, "six<1.1", "six>=1.1,<1.2")]
    assert told(plan) == [("upper_bound", "six", None)]
    assert moves(plan) == {"six": (["1.0"], ["1.1"])}
    assert plan.commands == ("# pyproject.toml:5: write 'six>=1.1,<1.2' for 'six<1.1'",)


def test_a_manifest_without_a_lock_gets_a_lower_bound_where_the_resolver_takes_an_old_version(shops: Shops) -> None:
    """The newest app wants the old six: only who asks for a newer six gets an older app."""
    shop = shops(Release("app", "1.0"), Release("app", "2.0", ("mid",)), Release("mid", "1.0", ("six<2",)), *SIX)
    shop.write("pyproject.toml", MANIFEST.format(["app", "six"]))
    plan = shop.plan(a_record(package="six", fixed="2.0"))
    assert edits(plan) == [("pyproject.toml", 5, "six", "six>=2.0")]
    assert told(plan) == [("lower_bound", "six", None)]
    assert moves(plan) == {"six": (["1.1"], ["2.0"]), "app": (["2.0"], ["1.0"]), "mid": (["1.0"], [])}


def test_a_manifest_without_a_lock_gets_a_constraint_for_what_it_does_not_declare(shops: Shops) -> None:
    shop = shops(Release("web", "1.0", ("six",)), Release("cli", "1.0"), Release("cli", "2.0", ("six<2",)), *SIX)
    shop.write("pyproject.toml", MANIFEST.format(["web", "cli<3"]))
    plan = shop.plan(a_record(package="six", fixed="2.0"))
    assert [kind for kind, *_ in told(plan)] == ["constraint"]
    assert moves(plan)["six"] == (["1.1"], ["2.0"])


def test_a_requirements_file_of_pins_moves_the_lines_that_must(shops: Shops) -> None:
    shop = shops(Release("web", "1.0", ("six<2",)), Release("web", "1.1", ("six>=2",)), *SIX)
    shop.write("requirements.txt", "# ours\nweb==1.0\nsix==1.0  # old\n")
    plan = shop.plan(a_record(package="six", fixed="2.0"), name="requirements.txt")
    assert moves(plan) == {"six": (["1.0"], ["2.0"]), "web": (["1.0"], ["1.1"])}
    assert plan.commands == (
        "# requirements.txt:2: write web==1.1 for web==1.0",
        "# requirements.txt:3: write six==2.0 for six==1.0",
    )


def test_a_compiled_requirements_file_asks_for_what_its_comments_say(shops: Shops) -> None:
    shop = shops(Release("web", "1.0", ("six",)), *SIX)
    shop.write("requirements.txt", "six==1.0\n    # via web\nweb==1.0\n    # via -r requirements.in\n")
    plan = shop.plan(a_record(package="six", fixed="1.1"), name="requirements.txt")
    assert told(plan) == [("refresh", "six", "six>=1.1,<=1.1")]
    assert plan.commands == ("# requirements.txt:1: write six==1.1 for six==1.0",)


def test_a_requirements_file_of_bounds_gets_another_line(shops: Shops) -> None:
    shop = shops(*SIX)
    shop.write("requirements.txt", "six<2\n")
    plan = shop.plan(a_record(package="six", fixed="2.0"), name="requirements.txt")
    assert edits(plan) == [("requirements.txt", 1, "six<2", "six>=2.0,<3")]


POETRY = """[tool.poetry]
name = "shop"
[tool.poetry.dependencies]
python = "^3.9"
six = "^1.0"
"""
POETRY_LOCK = """[[package]]
name = "six"
version = "1.0"
optional = false
python-versions = "*"
files = []

[metadata]
lock-version = "2.0"
python-versions = "^3.9"
"""


def test_a_lock_of_poetry_is_planned_for_and_locked_by_poetry(shops: Shops) -> None:
    shop = shops(*SIX)
    shop.write("pyproject.toml", POETRY)
    shop.write("poetry.lock", POETRY_LOCK)
    plan = shop.plan(a_record(package="six", fixed="1.1"))
    assert (plan.tool, moves(plan)) == ("Poetry", {"six": (["1.0"], ["1.1"])})
    assert plan.commands == ("poetry update --lock six",)
    further = shop.plan(a_record(package="six", fixed="2.0"))
    assert (moves(further), further.commands[-1]) == ({"six": (["1.0"], ["2.0"])}, "poetry lock")


def test_what_poetry_would_not_move_when_it_locks_an_edit_is_moved_by_name(shops: Shops) -> None:
    shop = shops(*SIX, Release("attrs", "1.0"), Release("attrs", "1.1"))
    shop.write("pyproject.toml", f'{POETRY}attrs = "^1.0"\n')
    shop.write("poetry.lock", POETRY_LOCK.replace("[metadata]", POETRY_LOCK.partition("[metadata]")[0] + "[metadata]"))
    lock = (shop.folder / "poetry.lock").read_text(encoding="utf-8").replace('name = "six"', 'name = "attrs"', 1)
    shop.write("poetry.lock", lock)
    plan = shop.plan(a_record(package="six", fixed="2.0"), a_record("PYSEC-2099-2", "attrs", fixed="1.1"))
    assert moves(plan) == {"attrs": (["1.0"], ["1.1"]), "six": (["1.0"], ["2.0"])}
    assert plan.commands[-2:] == ("poetry lock", "poetry update --lock attrs")


def test_a_lock_of_pdm_is_planned_for(shops: Shops) -> None:
    shop = shops(*SIX)
    shop.write("pyproject.toml", MANIFEST.format(["six"]))
    lock = '[metadata]\nlock_version = "4.5.0"\ngroups = ["default"]\n\n[[package]]\nname = "six"\nversion = "1.0"\n'
    shop.write("pdm.lock", f'{lock}groups = ["default"]\nfiles = []\n')
    plan = shop.plan(a_record(package="six", fixed="1.1"))
    assert (plan.tool, moves(plan), plan.commands) == (
        "pdm",
        {"six": (["1.0"], ["1.1"])},
        ("pdm update --no-sync six",),
    )


def test_a_lock_of_pipenv_is_planned_for(shops: Shops) -> None:
    shop = shops(*SIX)
    shop.write("Pipfile", '[packages]\nsix = "*"\n')
    sources = '"sources": [{"name": "pypi", "url": "https://pypi.org/simple", "verify_ssl": true}]'
    meta = f'"_meta": {{"hash": {{"sha256": ""}}, "pipfile-spec": 6, "requires": {{}}, {sources}}}'
    shop.write("Pipfile.lock", f'{{{meta}, "default": {{"six": {{"version": "==1.0"}}}}, "develop": {{}}}}')
    plan = shop.plan(a_record(package="six", fixed="1.1"))
    assert (plan.tool, moves(plan), plan.commands) == (
        "pipenv",
        {"six": (["1.0"], ["1.1"])},
        ("pipenv upgrade six",),
    )


def test_a_pylock_without_the_groups_of_the_manifest_is_planned_for_without_them(shops: Shops) -> None:
    shop = shops(*SIX, Release("attrs", "1.0"))
    shop.write("pyproject.toml", MANIFEST.format(["six"]) + '[dependency-groups]\ndev = ["attrs"]\n')
    hashes = f'{{ sha256 = "{"0" * 64}" }}'
    url = "https://a.example/six-1.0-py3-none-any.whl"
    wheel = f'{{ name = "six-1.0-py3-none-any.whl", url = "{url}", hashes = {hashes} }}'
    package = f'[[packages]]\nname = "six"\nversion = "1.0"\nindex = "{shop.index.url}"\nwheels = [{wheel}]\n'
    shop.write("pylock.toml", f'lock-version = "1.0"\ncreated-by = "uv"\n{package}')
    plan = shop.plan(a_record(package="six", fixed="1.1"), a_record("PYSEC-2099-2", "attrs"))
    assert moves(plan) == {"six": (["1.0"], ["1.1"])}
    assert plan.commands == ("# lock pylock.toml anew with the tool that made it",)


def test_the_extras_groups_and_members_of_a_workspace_are_planned_for_together(shops: Shops) -> None:
    shop = shops(*SIX, Release("attrs", "1.0"), Release("attrs", "1.1"))
    member = '[project]\nname = "core"\nversion = "1"\nrequires-python = ">=3.9"\ndependencies = ["attrs<1.1"]\n'
    shop.write("core/pyproject.toml", member)
    more = '[tool.uv.workspace]\nmembers = ["core"]\n[tool.uv.sources]\ncore = { workspace = true }\n'
    extras = '[project.optional-dependencies]\nfast = ["six<1.1"]\n'
    shop.locked(["core"], extras + more)
    plan = shop.plan(a_record(package="six", fixed="1.1"), a_record("PYSEC-2099-2", "attrs", fixed="1.1"))
    assert sorted(edits(plan)) == [
        ("core/pyproject.toml", 5, "attrs<1.1", "attrs>=1.1,<1.2"),
        ("pyproject.toml", 7, "six<1.1", "six>=1.1,<1.2"),
    ]
    assert plan.after.blocking == 0


def test_groups_that_exclude_each_other_are_planned_for(shops: Shops) -> None:
    shop = shops(*SIX)
    groups = '[dependency-groups]\nold = ["six<1.1"]\nnew = ["six>=2"]\n'
    conflicts = '[tool.uv]\nconflicts = [[{ group = "old" }, { group = "new" }]]\n'
    shop.locked([], groups + conflicts)
    plan = shop.plan(a_record(package="six", events=[{"introduced": "0"}, {"fixed": "1.1"}]))
    assert edits(plan) == [("pyproject.toml", 7, "six<1.1", "six>=1.1,<1.2")]
    assert plan.after.blocking == 0


def test_overrides_and_constraints_of_the_project_hold(shops: Shops) -> None:
    shop = shops(Release("web", "1.0", ("six>=3",)), *SIX)
    shop.locked(["web"], '[tool.uv]\noverride-dependencies = ["six<2"]\nconstraint-dependencies = ["six<1.1"]\n')
    plan = shop.plan(a_record(package="six", fixed="2.0"))
    assert [kind for kind, *_ in told(plan)] == []
    assert left(plan)["six"].startswith("uv: ")


def test_what_a_git_dependency_needs_is_planned_for_and_git_is_not_asked(shops: Shops) -> None:
    shop = shops(*SIX)
    url = "https://git.acme.example/fast"
    shop.write("pyproject.toml", MANIFEST.format(["fast"]) + f'[tool.uv.sources]\nfast = {{ git = "{url}" }}\n')
    packages = (
        'name = "shop"\nversion = "1"\nsource = { virtual = "." }\ndependencies = [{ name = "fast" }]\n',
        f'name = "fast"\nversion = "1"\nsource = {{ git = "{url}#abc" }}\ndependencies = [{{ name = "six" }}]\n',
        f'name = "six"\nversion = "1.0"\nsource = {{ registry = "{shop.index.url}" }}\n',
    )
    shop.write("uv.lock", "version = 1\n" + "".join(f"[[package]]\n{each}" for each in packages))
    shop.index.asked.clear()
    plan = shop.plan(a_record(package="six", fixed="1.1"))
    assert moves(plan) == {"six": (["1.0"], ["1.1"])}
    assert not [path for path, _ in shop.index.asked if "fast" in path]


@pytest.mark.parametrize(("unchecked", "code"), [("warn", 0), ("block", 1)])
def test_a_plan_is_no_success_where_what_is_unchecked_still_blocks(shops: Shops, unchecked: str, code: int) -> None:
    shop = shops(*SIX)
    shop.write(".pysentry-hook.toml", f'[defaults]\nunchecked = "{unchecked}"\n')
    shop.write("requirements.txt", "six==1.0\nfast @ git+https://git.acme.example/fast\n")
    plan = shop.plan(a_record(package="six", fixed="1.1"), name="requirements.txt")
    assert (plan.after.blocking, plan.held) == (0, ())
    assert shop.outcome
    assert exit_code(plan, shop.outcome.report) == code


@pytest.mark.parametrize("name", ["pyproject.toml"])
def test_an_input_that_cannot_be_resolved_anew_is_one_line(shops: Shops, name: str) -> None:
    from pysentry_hook.errors import UsageError

    shop = shops(*SIX)
    shop.locked(["six"])
    shop.write(name, HEAD + 'dynamic = ["dependencies"]\n')
    with pytest.raises(UsageError, match=r"plan: pyproject\.toml: its dependencies are dynamic"):
        shop.plan(a_record(package="six", fixed="1.1"))
