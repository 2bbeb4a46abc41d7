"""How both tools take the hooks: the manifest, their environments, and a trial from a clone."""

import os
from pathlib import Path

import pytest
import yaml

from pysentry_hook import __version__
from tests.e2e.hook.hooking import HOUSE, OLD, QUICK, House, Project, done

pytestmark = pytest.mark.network  # the hook environments are installed from the package registry

NEEDED = {
    *("annotated_doc", "attrs", "certifi", "charset_normalizer", "cvss", "diskcache", "fastjsonschema", "idna"),
    *("markdown_it_py", "mdurl", "packaging", "pbr", "platformdirs", "pygments", "pysentry_hook", "pyyaml", "requests"),
    *("rich", "rtoml", "sarif_om", "shellingham", "tomlkit", "typer", "urllib3"),
}
SEEDS = {"pip", "setuptools", "wheel"}
"""What a tool puts into every environment."""


def environments(house: House) -> list[set[str]]:
    """The distributions of each hook environment, the smallest first."""
    folders = {path.parent for path in (house.folder / house.tool).glob("**/site-packages/pysentry_hook-*.dist-info")}
    found = [{path.name.split("-")[0].lower() for path in folder.glob("*.dist-info")} for folder in folders]
    return sorted((each - SEEDS for each in found), key=len)


def test_the_manifest_is_valid(house: House) -> None:
    manifest = str(HOUSE / ".pre-commit-hooks.yaml")
    done([house.program, "validate-manifest", manifest], cwd=HOUSE, env=os.environ | house.environment).of(0)


def test_the_environment_of_the_commit_is_small_and_that_of_the_push_has_uv_too(house: House) -> None:
    commit, push = environments(house)
    assert commit == NEEDED
    assert push == NEEDED | {"uv"}


def test_the_hook_can_be_tried_from_a_clone(house: House, project: Project, tmp_path: Path) -> None:
    project.git("clone", "-q", str(house.upstream), str(tmp_path / "clone"))
    project.begun(OLD)
    # an environment of its own is made, for which the machine's programs and registry are needed
    outside = {name: value for name, value in house.outside.items() if name not in project.environment}
    tried = project.run(
        *(house.program, "try-repo", str(tmp_path / "clone"), "pysentry-hook", "--all-files"),
        **{**outside, **QUICK, "PATH": house.outside["PATH"], "HTTPS_PROXY": house.outside.get("HTTPS_PROXY", "")},
    )
    assert tried.of(1).lines()[0] == (
        "pysentry-hook: blocked. This commit holds requests 2.30.0 with 1 known vulnerability."
    )


def test_the_example_configuration_is_valid_and_names_hooks_that_there_are(house: House, tmp_path: Path) -> None:
    example = HOUSE / "examples" / ".pre-commit-config.yaml"
    done([house.program, "validate-config", str(example)], cwd=tmp_path, env=os.environ | house.environment).of(0)
    (repository,) = yaml.safe_load(example.read_text(encoding="utf-8"))["repos"]
    manifest = yaml.safe_load((HOUSE / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert [hook["id"] for hook in repository["hooks"]] == [hook["id"] for hook in manifest]
    assert repository["rev"] == f"v{__version__}"
