"""What uv says where it resolves nothing is read as it says it: of whole packages, of extras and of some Pythons."""

import pytest

from pysentry_hook.plan.refusals import asked_by, pythons, unusable
from pysentry_hook.resolvers.request import ResolutionError


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ("Because all versions of a-b have no usable wheels and your project depends on a-b", {"a-b"}),
        ("Because a==1.0 has no usable wheels", {"a"}),
        ("all versions of a{python_full_version < '3.7'} have no\n      usable wheels and c depends on a", {"a"}),
        ("Because a{sys_platform == 'win32'}==1 has no `linux`-compatible wheels", {"a"}),
        ("Because a[fast] was not found in the package registry", {"a"}),
        ("Because there is no version of a==1.0 and you require a==1.0", {"a"}),
        ("Because there are no versions of a{python_full_version < '3.7'}==1.0", {"a"}),
        ("Because a depends on b<1 and c depends on b>=1", set()),
    ],
)
def test_what_has_nothing_that_can_be_resolved_is_named(said: str, names: set[str]) -> None:
    assert unusable(ResolutionError("no", said)) == names


@pytest.mark.parametrize("package", ["a>=2", "a[fast]>=2", "a{sys_platform == 'win32'}>=2", "a==2.0"])
def test_the_python_that_a_package_needs_is_read(package: str) -> None:
    said = ResolutionError(
        "no", f"Because the requested Python does not satisfy it and {package} depends on Python>=3.10"
    )
    assert pythons(said) == {"a": "3.10"}


@pytest.mark.parametrize("parent", ["web==1.0", "web[fast]==1.0", "web{sys_platform == 'win32'}==1.0"])
def test_what_a_package_asks_for_is_read(parent: str) -> None:
    said = ResolutionError("no", f"Because {parent} depends on six>=1,<2, and all versions of it do")
    assert asked_by(said, "web", "six") == ">=1,<2"  # type: ignore[arg-type]  # normalized names
