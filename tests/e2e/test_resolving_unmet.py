"""A resolution that fails says what could not be had, and the step that helps against that."""

import pytest

from pysentry_hook.resolvers import RESOLVERS
from tests.e2e.conftest import House

pytestmark = pytest.mark.unmeasured  # other tests measure what these run


@pytest.mark.parametrize("resolver", list(RESOLVERS))
@pytest.mark.parametrize(
    ("wanted", "step"),
    [
        ("six>=9", "change one of the requirements that it names"),
        ("no-such-thing>=1", "mend its name, or name the index that has it"),
    ],
)
def test_what_cannot_be_had_is_named_with_what_helps(house: House, resolver: str, wanted: str, step: str) -> None:
    house.write("requirements.txt", f"{wanted}\n")
    report = house.report("--resolver", resolver)
    (failure,) = [each for each in report["failures"] if each["kind"] == "resolver"]
    assert wanted.partition(">")[0] in failure["detail"]
    told = house.scan("--resolver", resolver).stdout
    assert step in " ".join(told.split()), failure["detail"]
    assert "lock the project" not in told
