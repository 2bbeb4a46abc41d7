"""pdm.lock: an entry for each set of extras, and each for an environment of its own."""

from pysentry_hook.model import Inventory
from tests.inputs.manifests import markers
from tests.inputs.reading import direct, edges, groups, inventory, pins, reasons

HEAD = '[metadata]\ngroups = ["default", "dev"]\nlock_version = "4.5.0"\n'
LINUX, WINDOWS = "sys_platform == 'linux'", "sys_platform == 'win32'"


def read(*entries: str) -> Inventory:
    return inventory({"pdm.lock": HEAD + "".join(f"[[package]]\n{entry}\n" for entry in entries)})


def entry(*lines: str, groups: str = "default", marker: str = "") -> str:
    stated = [f'marker = "{marker}"'] if marker else []
    return "\n".join(('name = "a"', f'groups = ["{groups}"]', *stated, *lines))


def test_entries_of_one_version_are_installed_where_any_of_them_is() -> None:
    version = 'version = "1.0"'
    found = read(entry(version, marker=WINDOWS), entry(version, 'extras = ["x"]', groups="dev", marker=LINUX))
    assert groups(found) == {"a 1.0": ["dev", "main"]}
    assert markers(found) == {"1.0": (WINDOWS, LINUX)}
    assert markers(read(entry(version, marker=WINDOWS), entry(version, 'extras = ["x"]'))) == {"1.0": ()}


def test_entries_of_one_version_come_from_the_indexes_of_all() -> None:
    one, other = (f'version = "1.0"\nfiles = [{{ url = "https://{host}/a-1.0.tar.gz" }}]' for host in "xy")
    assert read(entry(one), entry(other, marker=LINUX)).dependencies[0].indexes == ("https://x", "https://y")


def test_what_comes_from_git_is_told_beside_the_same_version_of_an_index() -> None:
    git = 'version = "1.0"\ngit = "https://example.org/a"'
    for entries in ((entry('version = "1.0"'), entry(git)), (entry(git), entry('version = "1.0"'))):
        found = read(*entries)
        assert pins(found) == ["a 1.0"]
        assert reasons(found) == {"a": "git dependency"}


def test_each_reason_why_a_package_is_not_checked_is_told() -> None:
    found = read(entry('git = "https://example.org/a"'), entry('path = "./a"', marker=WINDOWS))
    assert [each.reason for each in found.unchecked] == ["git dependency", "path dependency"]


def test_the_project_is_what_lies_in_its_folder_and_not_what_has_its_name() -> None:
    lock = HEAD + '[[package]]\nname = "django"\nversion = "2.0"\n'
    manifest = '[project]\nname = "django"\ndependencies = ["django==2.0"]\n'
    found = inventory({"pdm.lock": lock, "pyproject.toml": manifest})
    assert pins(found) == ["django 2.0"]
    assert direct(found) == {"django"}
    assert edges(found) == {"django > django 2.0"}
    found = inventory({"pdm.lock": f'{lock}path = "."\n', "pyproject.toml": manifest})
    assert (found.dependencies, found.unchecked) == ((), ())


def test_only_the_versions_that_a_declaration_admits_are_direct() -> None:
    needy = 'name = "c"\nversion = "1"\ndependencies = ["b>1"]\n'
    forks = "".join(f'[[package]]\nname = "b"\nversion = "{version}"\n' for version in ("1.0", "2.0"))
    lock = f"{HEAD}{forks}[[package]]\n{needy}"
    manifest = '[project]\nname = "shop"\ndependencies = ["b<2", "c"]\n'
    found = inventory({"pdm.lock": lock, "pyproject.toml": manifest})
    assert {str(each.version): each.direct for each in found.dependencies} == {"1.0": True, "2.0": False, "1": True}
    assert edges(found) == {"shop > b 1.0", "shop > c 1", "c 1 > b 2.0"}
