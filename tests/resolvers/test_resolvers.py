"""Each resolver alone: what it is given, what it makes of it, and how it fails."""

import os
import sys
import time
from pathlib import Path

import pytest
import rtoml

from pysentry_hook.errors import UsageError
from pysentry_hook.resolvers import RESOLVERS, NoResolverError, find, installed
from pysentry_hook.resolvers.programs import Program, find_program
from pysentry_hook.resolvers.request import Request, Resolution, ResolutionError
from tests.resolvers.conftest import Serve
from tests.resolvers.index import PASSWORD, Release, serve

both = pytest.mark.parametrize("name", list(RESOLVERS))
HERE = f"{sys.version_info.major}.{sys.version_info.minor}"


def request(*texts: str, **changes: object) -> Request:
    settings: dict[str, object] = {
        "scopes": {"main": texts},
        "constraints": (),
        "requires_python": None,
        "python_version": None,
        "indexes": (),
        "own_indexes": {},
        "allow_build": False,
        "offline": False,
        "seconds": 120.0,
    }
    return Request(**(settings | changes))  # type: ignore[arg-type]


def resolve(name: str, asked: Request, folder: Path) -> str:
    resolver, program = find(name, folder / "audited")
    (folder / "work").mkdir(parents=True)
    found = resolver.resolve(program, asked, folder / "work")
    assert (found.resolver, found.version) == (name, program.version)
    return (folder / "work" / resolver.LOCK).read_text(encoding="utf-8")


def refusal(name: str, asked: Request, folder: Path) -> ResolutionError:
    with pytest.raises(ResolutionError) as caught:
        resolve(name, asked, folder)
    return caught.value


@both
def test_what_a_requirement_brings_in_is_resolved(name: str, index: Serve, tmp_path: Path) -> None:
    index(Release("a", "1.0", ("b>=1",)), Release("b", "1.5"), Release("b", "2.0"))
    text = resolve(name, request("a", constraints=("b<2",)), tmp_path)
    assert "1.5" in text
    assert "2.0" not in text


@both
def test_scopes_are_resolved_together(name: str, index: Serve, tmp_path: Path) -> None:
    index(Release("a", "1.0"), Release("a", "2.0"), Release("b", "1.0", ("a<2",)))
    text = resolve(name, request(scopes={"main": ("a",), "dev": ("b",)}), tmp_path)
    assert "2.0" not in text


@both
def test_a_conflict_is_told_in_one_line_and_whole(name: str, index: Serve, tmp_path: Path) -> None:
    index(Release("a", "1.0", ("b>=2",)), Release("b", "1.0"))
    error = refusal(name, request("a", "b"), tmp_path)
    assert "b>=2" in error.summary
    assert "a" not in error.missing
    assert "\n" not in error.summary
    assert len(error.summary) <= 400
    assert "b>=2" in error.whole


@both
def test_a_package_without_a_version_is_named(name: str, index: Serve, tmp_path: Path) -> None:
    index(Release("a", "1.0", ("Gone.Away>=1",)), quarantined=["gone-away"])
    assert refusal(name, request("a"), tmp_path).missing == ("gone-away",)
    assert refusal(name, request("No_Where"), tmp_path / "again").missing == ("no-where",)


@both
def test_a_source_distribution_is_built_only_where_that_is_allowed(
    name: str, index: Serve, setup_ran: Path, tmp_path: Path
) -> None:
    index(Release("a", "1.0", marker_of_build=setup_ran))
    assert "a" in refusal(name, request("a"), tmp_path).summary
    assert not setup_ran.exists()


@both
def test_the_user_s_password_reaches_the_index_and_nothing_else(name: str, index: Serve, tmp_path: Path) -> None:
    served = index(Release("a", "1.0"), private=True, word=PASSWORD)
    text = resolve(name, request("a"), tmp_path)
    assert any(sent for _, sent in served.asked)
    assert "1.0" in text


@both
def test_a_wrong_password_is_never_shown(name: str, index: Serve, tmp_path: Path) -> None:
    index(Release("a", "1.0"), private=True, word="wrong-word")
    error = refusal(name, request("a"), tmp_path)
    assert "wrong-word" not in error.summary + error.whole


@pytest.mark.parametrize(
    "text", ["-e ./x", "./x", "a @ file:///x", "a @ git+https://x.example/a", "a\n-e ./x", "a; y\n", "--pre", ""]
)
def test_what_is_no_requirement_of_an_index_reaches_no_resolver(text: str) -> None:
    with pytest.raises(ResolutionError, match="no requirement"):
        request(text)
    with pytest.raises(ResolutionError, match="no requirement"):
        request(constraints=(text,))


@pytest.mark.parametrize(
    "url", ["https://x.example/${SECRET}/simple", "file:///x", "$X", "x", "https://x.example/a https://y.example/b"]
)
def test_an_index_that_could_bring_a_secret_or_another_one_is_not_passed_on(url: str) -> None:
    with pytest.raises(ResolutionError, match="is not passed on"):
        request("a", indexes=(url,))
    with pytest.raises(ResolutionError, match="is not passed on"):
        request("a", own_indexes={"a": url})


@pytest.mark.parametrize("scope", ["main", "dev"])
@pytest.mark.parametrize("setting", ["", "UV_NO_SOURCES", "UV_NO_SOURCES_PACKAGE", "UV_NO_CONFIG", "uv.toml"])
def test_uv_keeps_a_package_to_its_index_and_no_other_to_it(
    index: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scope: str, setting: str
) -> None:
    index(Release("a", "1.0", ("c",)), Release("b", "1.0"), Release("c", "1.0"))
    if setting == "uv.toml":
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
        (tmp_path / "uv").mkdir()
        (tmp_path / "uv" / "uv.toml").write_text("no-sources = true\n", encoding="utf-8")
    elif setting:
        monkeypatch.setenv(setting, "b" if setting.endswith("PACKAGE") else "1")
    with serve([Release("b", "0.5", ("c",)), Release("a", "9"), Release("c", "9")]) as other:
        text = resolve(
            "uv", request(scopes={"main": ("a",), scope: ("a", "b")}, own_indexes={"b": other.url}), tmp_path
        )
        assert {path for path, _ in other.asked if "simple" in path} == {"/simple/b/"}
    found = [(package["name"], package["version"]) for package in rtoml.loads(text)["package"]]
    assert found[:3] == [("a", "1.0"), ("b", "0.5"), ("c", "1.0")]


@pytest.mark.parametrize("setting", ["", "UV_NO_CONFIG", "UV_CONFIG_FILE"])
def test_uv_asks_a_trusted_index_for_everything_beside_the_user_s_own(
    index: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    index(Release("a", "1.0"), Release("b", "1.0"))
    (tmp_path / "uv.toml").write_text("", encoding="utf-8")
    if setting:
        monkeypatch.setenv(setting, str(tmp_path / "uv.toml") if setting.endswith("FILE") else "1")
    with (
        serve([Release("c", "1.0")]) as own,
        serve([Release("b", "0.5"), Release("c", "9"), Release("d", "1")]) as other,
    ):
        monkeypatch.setenv("UV_INDEX", own.url)
        indexes = {"indexes": (other.url,), "own_indexes": {"b": other.url}}
        text = resolve("uv", request("a", "b", "c", "d", **indexes), tmp_path)
    found = [(package["name"], package["version"]) for package in rtoml.loads(text)["package"]]
    assert found[:4] == [("a", "1.0"), ("b", "0.5"), ("c", "1.0"), ("d", "1")]


@both
def test_a_python_that_is_none_is_an_error(name: str, index: Serve, tmp_path: Path) -> None:
    index(Release("a", "1.0"))
    assert "is no specifier" in refusal(name, request("a", requires_python="x y"), tmp_path).summary


def test_uv_resolves_for_pythons_that_are_not_installed(index: Serve, tmp_path: Path) -> None:
    index(Release("a", "1.0", ("b ; python_version < '3.8'", "c ; python_version >= '3.99'")), Release("c", "1.0"))
    text = resolve("uv", request("a", requires_python=">=3.99,<4"), tmp_path)
    assert 'name = "c"' in text
    assert 'name = "b"' not in text


def test_uv_narrows_to_one_python(index: Serve, tmp_path: Path) -> None:
    index(Release("a", "1.0", ("b ; python_version >= '3.12'",)), Release("b", "1.0"))
    assert 'name = "b"' not in resolve("uv", request("a", python_version="3.10.2"), tmp_path)


@pytest.mark.parametrize("changes", [{"python_version": "3.6"}, {"requires_python": "<3"}, {"offline": True}])
def test_pip_tools_says_what_it_cannot_do(changes: dict[str, object], tmp_path: Path) -> None:
    assert "pip-tools" in refusal("pip-tools", request("a", **changes), tmp_path).summary


def program(folder: Path, text: str) -> Program:
    path = folder / "program"
    path.write_text(f"#!{sys.executable}\nimport os, subprocess, sys, time\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return Program(path, "1")


@pytest.mark.skipif(sys.platform == "win32", reason="the program is a script")
@both
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sys.exit(0)", "without an error and without a lock"),
        ("sys.exit(2)", "ended with 2 and said nothing"),
        ("sys.stderr.write('\\x1b[31mno \\x00 https://me:word@x.example/a\\n'); sys.exit(1)", "no https://x.example/a"),
        ("time.sleep(60)", "did not end within 0.5 s and was stopped"),
        ("subprocess.Popen(['sleep', '60']); time.sleep(60)", "did not end within 0.5 s"),
        ("os.write(1, bytes(range(256)) * 100); sys.exit(1)", ""),
    ],
)
def test_a_program_that_fails_is_one_line(name: str, text: str, said: str, tmp_path: Path) -> None:
    started = time.monotonic()
    with pytest.raises(ResolutionError) as caught:
        RESOLVERS[name].resolve(program(tmp_path, text), request("a", seconds=0.5 if "sleep" in text else 30), tmp_path)
    assert said in caught.value.summary
    assert "\x1b" not in caught.value.summary + caught.value.whole
    assert "word" not in caught.value.summary + caught.value.whole
    assert time.monotonic() - started < 20


@pytest.mark.skipif(sys.platform == "win32", reason="the program is a script")
@both
def test_what_a_program_has_started_ends_with_it(name: str, tmp_path: Path) -> None:
    note = tmp_path / "child"
    text = f"child = subprocess.Popen(['sleep', '60'])\nopen({str(note)!r}, 'w').write(str(child.pid))\ntime.sleep(60)"
    with pytest.raises(ResolutionError, match="was stopped"):
        RESOLVERS[name].resolve(program(tmp_path, text), request("a", seconds=2), tmp_path)
    pid = int(note.read_text(encoding="utf-8"))
    for _ in range(100):
        if not _is_alive(pid):
            return
        time.sleep(0.05)
    pytest.fail("the child is still there")


def _is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        return not Path("/proc/self").exists()
    return state != "Z"


@pytest.mark.skipif(sys.platform == "win32", reason="the program is a script")
@both
def test_a_program_that_says_too_much_is_stopped(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pysentry_hook.resolvers.process.MAX_OUTPUT", 2**20)
    text = "while True: os.write(1, b'x' * 65536)"
    with pytest.raises(ResolutionError, match="said more than 1 MB and was stopped"):
        RESOLVERS[name].resolve(program(tmp_path, text), request("a"), tmp_path)


@both
def test_a_program_or_a_folder_that_is_gone_is_one_line(name: str, tmp_path: Path) -> None:
    with pytest.raises(ResolutionError, match="cannot be run"):
        RESOLVERS[name].resolve(Program(tmp_path / "gone", "1"), request("a"), tmp_path)
    with pytest.raises(ResolutionError, match="nothing can be written"):
        RESOLVERS[name].resolve(Program(tmp_path / "gone", "1"), request("a"), tmp_path / "gone")


@pytest.mark.skipif(sys.platform == "win32", reason="the program is a script")
def test_a_program_inside_the_audited_files_is_never_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inside, outside = tmp_path / "audited" / "bin", tmp_path / "outside"
    for folder in (inside, outside):
        folder.mkdir(parents=True)
        tool = folder / "resolve-it"
        tool.write_text(f"#!/bin/sh\ntouch {folder}/ran\necho resolve-it 1.2.3\n", encoding="utf-8")
        tool.chmod(0o755)
    (outside / "linked").symlink_to(inside / "resolve-it")
    monkeypatch.setenv("PATH", f"{inside}:bin:{outside}")
    monkeypatch.chdir(tmp_path / "audited")
    assert find_program("resolve-it", tmp_path / "audited") == Program(outside / "resolve-it", "1.2.3")
    assert find_program("linked", tmp_path / "audited") is None
    assert not (inside / "ran").exists()


def test_a_named_resolver_that_is_missing_does_not_fall_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RESOLVERS, "uv", type("Gone", (), {"NAME": "uv", "PROGRAM": "no-such-program"})())
    with pytest.raises(UsageError, match="no-such-program is neither beside this program nor on PATH"):
        find("uv", tmp_path)
    assert find("auto", tmp_path)[0] is RESOLVERS["pip-tools"]
    assert dict(installed(tmp_path))["uv"] is None
    monkeypatch.setattr("pysentry_hook.resolvers.RESOLVERS", {"uv": RESOLVERS["uv"]})
    with pytest.raises(NoResolverError):
        find("auto", tmp_path)


def test_resolutions_tell_what_they_cover(index: Serve, tmp_path: Path) -> None:
    index(Release("a", "1.0"))
    told = {}
    for name in RESOLVERS:
        resolver, tool = find(name, tmp_path / "audited")
        (tmp_path / name).mkdir()
        found: Resolution = resolver.resolve(tool, request("a"), tmp_path / name)
        told[name] = found.covers
    assert told == {"uv": "every platform", "pip-tools": f"Python {HERE} on {sys.platform} alone"}
