"""Poetry's constraint language becomes PEP 440."""

import pytest
from packaging.specifiers import SpecifierSet

from pysentry_hook.inputs.poetry_constraints import alternatives


@pytest.mark.parametrize(
    ("constraint", "specifiers"),
    [
        ("^1.2", (">=1.2,<2.0",)),
        ("^1.2.3", (">=1.2.3,<2.0.0",)),
        ("^0.2.3", (">=0.2.3,<0.3.0",)),
        ("^0.0.3", (">=0.0.3,<0.0.4",)),
        ("^0.0", (">=0.0,<0.1",)),
        ("^0", (">=0,<1",)),
        ("^2023.3.post1", (">=2023.3.post1,<2024.0",)),
        ("~1.2.3", (">=1.2.3,<1.3.0",)),
        ("~1.2", (">=1.2,<1.3",)),
        ("~1", (">=1,<2",)),
        ("~=1.2", ("~=1.2",)),
        ("~=1", (">=1,<2",)),
        (">=1.*", (">=1",)),
        (">= 1.2.* <2.*", (">=1.2,<2",)),
        ("1.2", ("==1.2",)),
        ("==1.2", ("==1.2",)),
        ("=1.2", ("==1.2",)),
        ("= 1.2.*", ("==1.2.*",)),
        ("<>1.2", ("==1.2",)),
        (">=1,<> 1.2.*", (">=1,==1.2.*",)),
        ("=1.2 || =1.3", ("==1.2", "==1.3")),
        ("1.2.*", ("==1.2.*",)),
        ("*", ("",)),
        (">=1.2,<2.0", (">=1.2,<2.0",)),
        (">= 1.2 <2.0 , !=1.3", (">=1.2,<2.0,!=1.3",)),
        ("^1.2 || ^2.0", (">=1.2,<2.0", ">=2.0,<3.0")),
        ("^1!2.3", (">=1!2.3,<1!3.0",)),
    ],
)
def test_a_constraint_becomes_specifiers(constraint: str, specifiers: tuple[str, ...]) -> None:
    assert alternatives(constraint) == specifiers
    assert [SpecifierSet(text) for text in specifiers]


@pytest.mark.parametrize("constraint", ["", "^", "^abc", "1.2 and 3", "~=1.*", "a || b", "~", "=>1", "=<1", "=", "<>"])
def test_what_is_no_constraint_is_an_error(constraint: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        alternatives(constraint)
