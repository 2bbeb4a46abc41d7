"""`plan --apply` on requirements files: line by line, with the hashes of what the lines become."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.builders import a_record
from tests.e2e.conftest import Projects
from tests.e2e.project import SIX, Project
from tests.e2e.test_plan_apply import applied
from tests.resolvers.index import Release, digest

OLD = (Release("web", "1.0", ("six",)), *SIX)
COMPILED = """\
# made by hand, mostly
--no-binary :none:

six==1.0 ; python_version >= "3" \\
    --hash=sha256:{old} \\
    --hash=sha256:00   # pinned\t
    # via web
Web [x, y] == 1.0 --hash=sha256:{web} # last\t
    # via -r requirements.in
"""


def install(project: Project, tmp_path: Path, name: str = "requirements.txt") -> None:
    """Let uv install what the file says, with the hashes that it says."""
    words = ("pip", "install", "-q", "--require-hashes", "--no-deps", "--target", tmp_path / "there", "-r", name)
    environment = {**project.environment, "UV_NO_CACHE": "1", "PATH": "/usr/bin:/bin"}
    subprocess.run([project.uv, *words], cwd=project.folder, env=environment, check=True)


def test_a_pin_is_edited_with_its_hashes_in_the_layout_of_the_file(shops: Projects, tmp_path: Path) -> None:
    project = shops(*OLD)
    text = COMPILED.format(old="11", web=digest(OLD[0])).replace("\n", "\r\n")
    project.write("requirements.txt", "\ufeff" + text)
    project.commit()
    applied(project, project.apply(), "requirements.txt")
    hashes = "    --hash=sha256:11 \\\r\n    --hash=sha256:00"
    expected = text.replace("six==1.0", "six==1.1").replace(hashes, f"    --hash=sha256:{digest(SIX[1])}")
    assert project.read("requirements.txt") == "\ufeff" + expected
    install(project, tmp_path)


def test_what_moves_with_it_is_edited_and_what_comes_is_appended_with_what_needs_it(
    shops: Projects, tmp_path: Path
) -> None:
    new = (
        Release("web", "2.0", ("six>=1.1", "tail", "win ; sys_platform == 'win32'")),
        Release("tail", "1.0", ("deep",)), Release("deep", "1.0"), Release("win", "1.0"),
    )  # fmt: skip
    web = Release("web", "1.0", ("six<1.1",))
    project = shops(web, *SIX, *new)
    text = COMPILED.format(old=digest(SIX[0]), web=digest(web)).removesuffix("\n")
    project.write("requirements.txt", text)
    project.commit()
    applied(project, project.apply(), "requirements.txt")
    lines = project.read("requirements.txt").replace(" \\\n    --hash", " --hash").splitlines()
    hashes = {release.name: digest(release) for release in new}
    assert lines[5:] == [
        f"Web [x, y] == 2.0 --hash=sha256:{hashes['web']} # last\t",
        "    # via -r requirements.in",
        f"deep==1.0 --hash=sha256:{hashes['deep']}",
        "    # via tail",
        f"tail==1.0 --hash=sha256:{hashes['tail']}",
        "    # via web",
        f"win==1.0 ; sys_platform == 'win32' --hash=sha256:{hashes['win']}",
        "    # via web",
    ]
    install(project, tmp_path)


def test_what_goes_takes_its_hashes_and_comments_along(shops: Projects) -> None:
    project = shops(Release("web", "1.0", ("six",)), Release("web", "2.0"), SIX[0])
    project.write(
        "requirements.txt", "web==1.0\n    # via -r x.in\nsix==1.0 \\\n    --hash=sha256:00\n    # via web\n# end\n"
    )
    project.records(a_record("PYSEC-2099-2", "web", fixed="2.0"))
    project.commit()
    applied(project, project.apply(), "requirements.txt")
    assert project.read("requirements.txt") == "web==2.0\n    # via -r x.in\n# end\n"


def test_each_line_is_edited_in_the_file_where_it_is(shops: Projects) -> None:
    project = shops(*OLD)
    project.write("requirements.txt", "-r more/base.txt\nsix === 1.0  # twice\n-c limits.txt\n")
    project.write("more/base.txt", "web==1.0\nsix==1.0")
    project.write("limits.txt", "six<2\n")
    project.commit()
    applied(project, project.apply(), "requirements.txt", "more/base.txt")
    assert project.read("requirements.txt") == "-r more/base.txt\nsix == 1.1  # twice\n-c limits.txt\n"
    assert project.read("more/base.txt") == "web==1.0\nsix==1.1"


def test_a_loose_line_gets_other_bounds_and_nothing_is_pinned_beside_it(shops: Projects) -> None:
    project = shops(OLD[0], SIX[0], Release("six", "1.1", ("tail",)), Release("tail", "1.0"))
    project.write("requirements.txt", "web\nsix [x] (>=0.9, <1.1) ; python_version > '3'  # why\n")
    project.commit()
    applied(project, project.apply(), "requirements.txt")
    assert project.read("requirements.txt") == "web\nsix [x] (>=1.1, <1.2) ; python_version > '3'  # why\n"


def test_versions_for_different_machines_are_told_apart_by_their_markers(shops: Projects) -> None:
    fixed = (Release("six", "1.1"), Release("six", "2.1", python=">=3.12"))
    project = shops(Release("six", "1.0"), Release("six", "2.0", python=">=3.12"), *fixed)
    events = [{"introduced": "0"}, {"fixed": "1.1"}, {"introduced": "2.0"}, {"fixed": "2.1"}]
    project.records(a_record(package="six", events=events))
    lines = "six==1.0 ; python_version < '3.12'\nsix==2.0 ; python_full_version >= '3.12'\n"
    project.write("requirements.txt", lines)
    project.commit()
    applied(project, project.apply(), "requirements.txt")
    assert project.read("requirements.txt") == lines.replace("==1.0", "==1.1").replace("==2.0", "==2.1")


def test_bytes_that_are_no_utf_8_stay_as_they_are(shops: Projects) -> None:
    project = shops(*SIX)
    project.write("requirements.txt", b"# -*- coding: latin-1 -*-\n# \xe9\x85 \x0c\nsix==1.0 # \xff\r")
    project.commit()
    applied(project, project.apply(), "requirements.txt")
    assert (project.folder / "requirements.txt").read_bytes().endswith(b"\n# \xe9\x85 \x0c\nsix==1.1 # \xff\r")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("six==1.0 --hash=sha256:00 --config-settings=a=b --hash=sha256:11\n", "requirements.txt:1: its hashes cannot"),
        ("six \\\n  == 1.0\n", "requirements.txt:1: cannot be changed as it is written"),
        ("six==1.0\n".encode("utf-16"), "requirements.txt: is not UTF-8 text"),
    ],
)
def test_a_line_that_cannot_be_changed_alone_is_left_to_its_author(
    shops: Projects, text: str | bytes, why: str
) -> None:
    project = shops(*SIX)
    project.write("requirements.txt", text)
    project.commit()
    done = project.apply()
    assert (done.returncode, project.changed()) == (2, [])
    assert re.search(rf"^error: {re.escape(why)}.*; edit it by hand$", done.stderr, re.MULTILINE), done.stderr
