"""pip-tools says what it cannot do before it is run."""

import sys
from pathlib import Path

import pytest

from pysentry_hook.resolvers import pip_tools
from pysentry_hook.resolvers.programs import Program
from pysentry_hook.resolvers.request import ResolutionError
from tests.resolvers.test_resolvers import request

HERE = f"{sys.version_info.major}.{sys.version_info.minor}"


def refusal(tmp_path: Path, **changes: object) -> str:
    with pytest.raises(ResolutionError) as caught:
        pip_tools.resolve(Program(tmp_path / "nowhere", "7.5"), request("a", **changes), tmp_path)
    return str(caught.value)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"offline": True}, "pip-tools cannot resolve offline; uv can, from its cache"),
        ({"requires_python": "<3"}, f"for the running Python {HERE} alone, which the project excludes"),
        ({"requires_python": "soon"}, "requires-python 'soon' is no specifier"),
        ({"python_version": "3.99"}, f"for the running Python {HERE} alone; uv resolves for others"),
    ],
)
def test_what_it_cannot_resolve_for_is_refused_with_the_reason(
    changes: dict[str, object], why: str, tmp_path: Path
) -> None:
    assert why in refusal(tmp_path, **changes)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_and_a_program_that_is_gone_are_told(tmp_path: Path) -> None:
    assert "nowhere cannot be run: No such file or directory" in refusal(tmp_path, python_version=HERE)
    assert "nothing can be written for pip-tools: " in refusal(tmp_path / "gone")
