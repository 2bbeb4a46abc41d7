"""What is printed to type is for the folder of the input, and one line each, whatever files are called."""

import subprocess
from collections.abc import Callable

from tests.builders import a_record
from tests.plan.conftest import MANIFEST, Shop
from tests.resolvers.index import Release

Shops = Callable[..., Shop]
RELEASES = (Release("six", "1.0"), Release("six", "1.1"))


def test_files_are_named_from_the_folder_of_the_input(shops: Shops) -> None:
    shop = shops(*RELEASES)
    subprocess.run(["git", "init", "-q"], cwd=shop.folder, check=True)
    shop.write("api/pyproject.toml", MANIFEST.format(["six<1.1"]))
    plan = shop.plan(a_record(package="six", fixed="1.1"), name="api/pyproject.toml")
    assert plan.changes[0].edits[0].path == "api/pyproject.toml"
    assert plan.commands == ("# pyproject.toml:5: write 'six>=1.1,<1.2' for 'six<1.1'",)
    shop.write("api/requirements.txt", "-r ../common/base.txt\n")
    shop.write("common/base.txt", "six==1.0\n")
    plan = shop.plan(a_record(package="six", fixed="1.1"), name="api/requirements.txt")
    assert plan.commands == ("# ../common/base.txt:1: write six==1.1 for six==1.0",)


def test_no_file_name_adds_a_line_of_its_own(shops: Shops) -> None:
    shop = shops(*RELEASES)
    name = "a\nrm -rf b.txt"
    shop.write(name, "six==1.0\n")
    plan = shop.plan(a_record(package="six", fixed="1.1"), requirements=(shop.folder / name,))
    assert plan.commands == ("# a rm -rf b.txt:1: write six==1.1 for six==1.0",)
