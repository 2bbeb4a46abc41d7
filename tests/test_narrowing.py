"""A universal lock narrowed to one environment."""

from dataclasses import replace

import pytest

from pysentry_hook.model import Edge, Node, normalize
from pysentry_hook.narrowing import Environment, is_python_version, narrow
from tests.builders import a_dependency, an_inventory

ROOT = Node(normalize("shop"), None)


@pytest.mark.parametrize(
    ("marker", "python", "platform", "holds"),
    [
        ("python_version < '3.11'", "3.10", None, True),
        ("python_version < '3.11'", "3.11", None, False),
        ("python_full_version < '3.11.4'", "3.11", None, True),
        ("python_full_version >= '3.11.4'", "3.11", None, True),
        ("python_full_version >= '3.11.4'", "3.11.3", None, False),
        ("sys_platform == 'win32'", None, "linux", False),
        ("sys_platform == 'win32'", None, "windows", True),
        ("sys_platform == 'win32'", "3.12", None, True),
        ("platform_machine == 'aarch64'", None, "linux", True),
        ("platform_machine == 'aarch64'", None, "windows", False),
        ("platform_python_implementation == 'PyPy'", "3.11", "linux", True),
        ("implementation_name == 'graalpy'", "3.11", "linux", True),
        ("implementation_name != 'cpython' and implementation_name != 'pypy'", "3.11", "linux", True),
        ("implementation_name == 'pypy' and platform_python_implementation == 'CPython'", "3.11", "linux", False),
        ("platform_machine == 'loongarch64'", "3.11", "linux", True),
        ("platform_machine == 'loongarch64' and sys_platform == 'win32'", "3.11", "linux", False),
        ("platform_machine not in 'x86_64 aarch64 armv7l i686'", "3.11", "linux", True),
        ("platform_machine != 'x86_64' and platform_machine != 'arm64'", "3.11", "macos", True),
        ("sys_platform == 'cygwin'", "3.11", None, True),
        ("sys_platform == 'cygwin'", "3.11", "linux", False),
        ("sys_platform == 'freebsd13' and platform_machine == 'amd64'", "3.11", None, True),
        ("sys_platform == 'android' and platform_machine == 'aarch64'", "3.13", None, True),
        ("os_name == 'java'", "3.11", None, True),
        ("os_name == 'java'", "3.11", "windows", False),
        ("platform_system == 'FreeBSD'", None, "linux", False),
        ("os_name == 'posix' and platform_system not in 'Linux, Darwin'", "3.11", None, True),
        ("os_name == 'posix' and sys_platform != 'linux' and sys_platform != 'darwin'", "3.11", None, True),
        ("sys_platform != 'linux' and platform_machine == 'aarch64'", "3.11", None, True),
        ("os_name != 'posix' and os_name != 'nt'", "3.11", None, True),
        ("os_name != 'posix' and sys_platform == 'linux'", "3.11", None, False),
        ("python_version < '3.7'", None, "linux", True),
        ("python_full_version == '2.7.18'", None, "linux", True),
        ("python_version < '2.7'", None, "linux", False),
        ("extra == 'socks'", "3.11", "linux", True),
        ("extra == 'socks' and sys_platform == 'win32'", "3.11", "linux", False),
        ("extra == 'a' and extra == 'b'", "3.11", None, True),
        ("extra != 'a' and extra != ''", "3.11", None, True),
        ("'a' in extras and 'b' not in extras", "3.11", None, True),
        ("'a' not in extras", "3.11", None, True),
        ("'dev' in dependency_groups", "3.11", "linux", True),
        ("'dev' not in dependency_groups", "3.11", "linux", True),
        ("'dev' not in dependency_groups and sys_platform == 'win32'", "3.11", "linux", False),
        ("platform_release == '4.4'", "3.11", "linux", True),
        ("platform_release != ''", "3.11", "linux", True),
        ("platform_version >= '5.0' and '21' in platform_release", "3.11", "linux", True),
        ("'Ubuntu' not in platform_version and implementation_version < '3'", "3.11", "linux", True),
        ("platform_release == '10' and sys_platform == 'win32'", "3.11", "linux", False),
        ("platform_release == platform_version and sys_platform == 'win32'", "3.11", "linux", True),
        ("python_full_version == '3.11.4'", "3.11", "linux", True),
        ("python_full_version > '3.11.4' and python_full_version < '3.11.6'", None, "linux", True),
        ("python_full_version == '3.11.4'", "3.11.5", "linux", False),
        ("python_full_version == '3.11.4'", "3.12", "linux", False),
        ("this is no marker", "3.11", "linux", True),
        (None, "3.11", "linux", True),
    ],
)
def test_a_marker_holds_if_some_machine_of_that_kind_fulfils_it(
    marker: str | None, python: str | None, platform: str | None, holds: bool
) -> None:
    assert Environment(python, platform).may_hold(marker) is holds


@pytest.mark.parametrize(
    ("marker", "holds"),
    [
        ("python_version < '3' and sys_platform == 'linux' or os_name == 'posix'", True),
        ("python_version < '3' and (sys_platform == 'linux' or os_name == 'posix')", False),
        ("(python_version < '3' or os_name == 'posix') and (python_version < '3' or os_name == 'nt')", False),
        ("os_name == 'nt' or (python_version >= '3' and (os_name == 'nt' or 'linux' in sys_platform))", True),
        ("os_name == 'or' or os_name == '(' or os_name == 'x\" or os_name == \"posix'", False),
        ("os_name == platform_system or 'a' == 'b'", True),
        ("os_name == '\\x22\\x27'", True),
    ],
)
def test_and_binds_more_than_or_and_brackets_more_than_both(marker: str, holds: bool) -> None:
    assert Environment("3.11", "linux").may_hold(marker) is holds


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "atoms",
    [
        [f"extra == 'a{number}'" for number in range(4_000)],
        [f"python_full_version == '3.11.{number}'" for number in range(1_000)],
    ],
    ids=["extras", "releases"],
)
def test_a_marker_that_was_made_to_be_slow_is_evaluated_at_once(atoms: list[str]) -> None:
    marker = f"python_version < '3' and ({' or '.join(atoms)})"
    assert Environment("3.11", None).may_hold(marker) is False


def test_an_entry_stays_if_one_of_its_own_markers_holds() -> None:
    new = replace(a_dependency("numpy", "2.1"), markers=("python_version >= '3.10'",))
    old = replace(a_dependency("numpy", "1.26"), markers=("python_version < '3.10'", "sys_platform == 'win32'"))
    kept, left_out = narrow(an_inventory(new, old), Environment("3.11", "linux"))
    assert (kept.dependencies, left_out) == ((new,), 1)
    assert narrow(an_inventory(new, old), Environment("3.11", "windows"))[1] == 0


def test_what_only_a_marked_way_leads_to_goes_with_it() -> None:
    click, colorama = a_dependency("click", "8.1"), a_dependency("colorama", "0.4")
    edges = [Edge(ROOT, click.node), Edge(click.node, colorama.node, "sys_platform == 'win32'")]
    inventory = replace(an_inventory(click, colorama), edges=tuple(edges))
    assert narrow(inventory, Environment(None, "linux"))[0].dependencies == (click,)
    assert narrow(inventory, Environment(None, "windows"))[0].dependencies == (click, colorama)


def test_what_no_way_leads_to_stays() -> None:
    lonely = a_dependency("lonely", "1.0")
    inventory = replace(an_inventory(lonely), edges=())
    assert narrow(inventory, Environment("3.11", "linux")) == (inventory, 0)


@pytest.mark.parametrize(
    ("text", "good"), [("3.11", True), ("3.11.4", True), ("3", False), ("2.7", False), ("x", False)]
)
def test_a_python_version_has_two_or_three_parts(text: str, good: bool) -> None:
    assert is_python_version(text) is good
