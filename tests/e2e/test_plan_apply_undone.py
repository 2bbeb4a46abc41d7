"""`plan --apply` that does not end well: every file has its bytes and its mode again, and one line says why."""

import os
import signal
from pathlib import Path

import pytest

from tests.e2e.conftest import Projects
from tests.e2e.project import HEAD, SIX, Project, posix
from tests.resolvers.index import Release

pytestmark = pytest.mark.unmeasured  # other tests measure what these run

FAILS = "print('error: the disk is on fire', file=sys.stderr)\nsys.exit(2)"


@pytest.fixture
def project(shops: Projects) -> Project:
    """A project whose bound has to be raised, with files of modes of their own."""
    project = shops(*SIX)
    project.write("pyproject.toml", HEAD + 'dependencies = ["six<1.1"]\r\n')
    project.lock()
    (project.folder / "pyproject.toml").chmod(0o640)
    (project.folder / "uv.lock").chmod(0o604)
    project.commit()
    return project


@posix
def test_where_uv_fails_every_file_is_as_it_was(project: Project) -> None:
    before = project.state()
    done = project.apply(env=project.with_uv(FAILS))
    assert (done.returncode, project.state()) == (1, before)
    assert done.stderr == "error: not applied: uv: the disk is on fire; every file is as it was\n"


@posix
@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("open('uv.lock', 'w').write('version = 1')\nsys.exit()", "six became nothing where the plan says 1.1"),
        ("open('uv.lock', 'w').write('x')\nsys.exit()", "uv.lock:1: "),
        ("os.remove('uv.lock')\nsys.exit()", "pyproject.toml is read in the place of uv.lock"),
        ("sys.exit()", "PYSEC-2099-1 in six 1.0 would block after it"),
    ],
)
def test_a_lock_that_is_not_what_the_plan_says_is_undone(project: Project, text: str, why: str) -> None:
    before = project.state()
    done = project.apply(env=project.with_uv(text))
    assert (done.returncode, project.state()) == (1, before)
    assert done.stderr.startswith(f"error: not applied: {why}"), done.stderr
    assert done.stderr.endswith("; every file is as it was\n")


@posix
def test_a_second_scan_that_is_incomplete_counts_for_nothing(shops: Projects) -> None:
    project = shops(*SIX)
    project.write("requirements.txt", "six<1.1\n")
    project.commit()
    before = project.state()
    done = project.apply(env=project.with_uv(FAILS))
    assert (done.returncode, project.state()) == (3, before)
    said = "error: not applied: the second scan is incomplete: uv: the disk is on fire; every file is as it was\n"
    assert done.stderr == said


def waiting(project: Project, tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """A pipe into which uv writes its process id once it is run in the project, and how it is run so that it waits."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    return pipe, project.with_uv(f"open({str(pipe)!r}, 'w').write(str(os.getpid()))\nsignal.pause()")


@posix
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_ends_uv_and_undoes_everything(project: Project, tmp_path: Path, name: str) -> None:
    before, number = project.state(), signal.Signals[name]
    pipe, environment = waiting(project, tmp_path)
    usual = signal.signal(number, signal.default_int_handler)  # what is ignored here would be ignored there
    with project.start(environment) as running:
        signal.signal(number, usual)
        child = int(pipe.read_text(encoding="utf-8"))
        assert project.state() != before
        running.send_signal(number)
        running.send_signal(number)
        _, said = running.communicate()
    assert (running.returncode, project.state()) == (1, before)
    assert said == f"error: interrupted by {name}; every file is as it was\n"
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


@posix
def test_a_killed_run_loses_nothing_and_the_next_one_says_where_it_is(project: Project, tmp_path: Path) -> None:
    before = project.state()
    pipe, environment = waiting(project, tmp_path)
    with project.start(environment) as running:
        child = int(pipe.read_text(encoding="utf-8"))
        running.kill()
        os.kill(child, signal.SIGKILL)
    copies = {project.folder / f"{name}.before-plan": project.folder / name for name in ("pyproject.toml", "uv.lock")}
    done = project.apply("--force")
    assert (done.returncode, project.read("pyproject.toml").count("six>=1.1,<1.2")) == (2, 1)
    assert f"error: {', '.join(map(str, copies))}: left by a run that was killed" in done.stderr
    for copy, file in copies.items():
        copy.replace(file)
    assert project.state() == before
    assert project.apply().returncode == 0


def halting(project: Project, tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """A pipe that ends once uv is run in the project, and on whose next end uv goes on and looks again at the index."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    text = f"os.environ['UV_NO_CACHE'] = '1'\nopen({str(pipe)!r}, 'w').close()\nopen({str(pipe)!r}).close()"
    return pipe, project.with_uv(text)


@posix
def test_a_signal_that_the_user_lets_pass_changes_nothing(project: Project, tmp_path: Path) -> None:
    pipe, environment = halting(project, tmp_path)
    usual = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with project.start(environment) as running:
        signal.signal(signal.SIGHUP, usual)
        pipe.read_bytes()
        running.send_signal(signal.SIGHUP)
        pipe.write_bytes(b"")
        running.communicate()
    assert (running.returncode, project.changed()) == (0, ["pyproject.toml", "uv.lock"])


@posix
def test_a_version_that_the_index_withdraws_meanwhile_is_told(project: Project, tmp_path: Path) -> None:
    before = project.state()
    pipe, environment = halting(project, tmp_path)
    with project.start(environment) as running:
        pipe.read_bytes()
        project.releases.remove(SIX[1])
        pipe.write_bytes(b"")
        _, said = running.communicate()
    assert (running.returncode, project.state()) == (1, before)
    assert said.startswith("error: not applied: uv: Because ")


@posix
def test_a_version_that_the_index_brings_out_meanwhile_is_not_what_the_plan_says(
    shops: Projects, tmp_path: Path
) -> None:
    later = Release("tail", "2.0")
    project = shops(SIX[0], Release("six", "1.1", ("tail",)), Release("tail", "1.0"), later)
    project.releases.remove(later)
    project.locked("six<1.1")
    before = project.state()
    pipe, environment = halting(project, tmp_path)
    with project.start(environment) as running:
        pipe.read_bytes()
        project.releases.append(later)
        pipe.write_bytes(b"")
        _, said = running.communicate()
    assert (running.returncode, project.state()) == (1, before)
    assert said == "error: not applied: tail became 2.0 where the plan says 1.0; every file is as it was\n"


@posix
def test_what_has_no_wheel_any_more_is_not_built(shops: Projects, tmp_path: Path) -> None:
    built = Release("six", "1.1", marker_of_build=tmp_path / "ran")
    project = shops(*SIX, built)
    project.releases.remove(built)
    project.locked("six<1.1")
    before = project.state()
    pipe, environment = halting(project, tmp_path)
    with project.start(environment) as running:
        pipe.read_bytes()
        project.releases[1] = built
        pipe.write_bytes(b"")
        _, said = running.communicate()
    assert (running.returncode, project.state(), (tmp_path / "ran").exists()) == (1, before, False)
    assert "six==1.1 has no usable wheels" in said


@posix
def test_a_file_that_cannot_be_put_back_is_named(project: Project) -> None:
    text = "os.remove('uv.lock')\nos.makedirs('uv.lock/x')\nsys.exit(1)"
    done = project.apply(env=project.with_uv(text))
    copy = project.folder / "uv.lock.before-plan"
    assert done.returncode == 1
    assert f"{copy} could not be moved back; move it back: it is what the file was before" in done.stderr
    assert b'version = "1.0"' in copy.read_bytes()
    assert project.read("pyproject.toml").endswith('"six<1.1"]\r\n')


def test_where_no_copy_can_be_kept_nothing_is_touched(project: Project) -> None:
    name = "x" * 250
    (project.folder / "pyproject.toml").rename(project.folder / name)
    (project.folder / "pyproject.toml").symlink_to(name)
    project.commit()
    before = project.state()
    done = project.apply()
    assert (done.returncode, project.state()) == (1, before)
    assert "File name too long" in done.stderr
