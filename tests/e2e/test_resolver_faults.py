"""Resolvers that fail: an incomplete audit, exit 3 and one line that says why."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from pysentry_hook.resolvers import RESOLVERS
from tests.e2e.conftest import House
from tests.resolvers.index import Index, Release, serve
from tests.upstream import Fault, Kind, Reply, Upstream

pytestmark = pytest.mark.unmeasured  # other tests measure what these run

both = pytest.mark.parametrize("resolver", list(RESOLVERS))
posix = pytest.mark.skipif(sys.platform == "win32", reason="the program is a script")
linux = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked for in /proc")
Done = subprocess.CompletedProcess[str]


def line_of(done: Done) -> str:
    """The one line that tells of the failure, of an audit that is incomplete and says nothing else of it."""
    assert done.returncode == 3, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    lines = [line.removeprefix("  failed  ") for line in done.stdout.splitlines() if line.startswith("  failed  ")]
    (line,) = (line for line in lines if "its only dependency could not be checked" not in line)
    return line


@posix
@both
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("os.kill(os.getpid(), signal.SIGKILL)", "{}: it was ended by SIGKILL"),
        ("print('half a word', file=sys.stderr, flush=True); os.abort()", "{}: it was ended by SIGABRT"),
        ("os.write(2, b'\\x00\\x1b[31m\\xff' * 99); sys.exit(1)", "{}: "),
        ("sys.exit(0)", "{}: it ended without an error and without a lock"),
    ],
)
def test_a_resolver_that_ends_badly_is_one_line(house: House, resolver: str, text: str, said: str) -> None:
    house.write("requirements.txt", "six\n")
    line = line_of(house.scan("--resolver", resolver, **house.as_resolver(resolver, text)))
    assert line.startswith(f"requirements.txt: {said.format(resolver)}")


@posix
@pytest.mark.parametrize(
    ("resolver", "lock"),
    [
        ("uv", "version = 9\n"),
        ("uv", "nonsense"),
        ("uv", "\x00"),
        ("uv", "version = 1"),
        ("pip-tools", "nonsense"),
        ("pip-tools", "six>=1"),
        ("pip-tools", ""),
        ("pip-tools", "idna==3"),
        ("pip-tools", "\x00"),
        ("pip-tools", "%%%"),
    ],
)
def test_a_lock_that_makes_no_sense_is_one_line(house: House, resolver: str, lock: str) -> None:
    house.write("requirements.txt", "six\n")
    name = {"uv": "uv.lock", "pip-tools": "requirements.txt"}[resolver]
    environment = house.as_resolver(resolver, f"open({name!r}, 'w').write({lock!r})")
    assert f"requirements.txt: {resolver} made a lock that " in line_of(
        house.scan("--resolver", resolver, **environment)
    )


@linux
@both
def test_killing_a_resolver_at_its_work_is_one_line(house: House, resolver: str) -> None:
    house.write("requirements.txt", "six\n")
    with serve((), silent=True) as silent:

        def kill() -> None:
            while not silent.asked:
                time.sleep(0.05)
            for process in _named(RESOLVERS[resolver].PROGRAM, str(silent.url)):
                os.kill(process, signal.SIGKILL)

        threading.Thread(target=kill, daemon=True).start()
        done = house.scan("--resolver", resolver, **_index(silent))
    assert line_of(done) == f"requirements.txt: {resolver}: it was ended by SIGKILL"


def _index(index: Index) -> dict[str, str]:
    return {"UV_DEFAULT_INDEX": index.url, "PIP_INDEX_URL": index.url}


def _named(program: str, marked: str) -> list[int]:
    """The processes of that program in whose environment stands what only this test has."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
            ours = marked.encode() in (folder / "environ").read_bytes()
        except OSError:
            continue
        if ours and any(Path(os.fsdecode(word)).name == program for word in words[:2]):
            found.append(int(folder.name))
    return found


@both
def test_a_resolver_that_hangs_is_stopped_at_its_deadline(house: House, resolver: str) -> None:
    house.write("requirements.txt", "six\n")
    with serve((), silent=True) as silent:
        started = time.monotonic()
        done = house.scan("--resolver", resolver, PYSENTRY_HOOK_RESOLVER_TIMEOUT="3", **_index(silent))
        assert time.monotonic() - started < 20
    program = RESOLVERS[resolver].PROGRAM
    assert line_of(done) == f"requirements.txt: {program} did not end within 3 s and was stopped"


@posix
@pytest.mark.parametrize(
    ("resolver", "bytes_left", "said"),
    [
        ("uv", 0, "uv has no place to work in"),
        ("uv", 30, "nothing can be written for uv: File too large"),
        ("uv", 1_000, "uv: it was ended by SIGXFSZ"),
        ("pip-tools", 0, "pip-tools has no place to work in"),
        ("pip-tools", 10, "nothing can be written for pip-tools: File too large"),
    ],
)
def test_a_disk_that_takes_no_more_is_one_line(house: House, resolver: str, bytes_left: int, said: str) -> None:
    house.write("requirements.txt", "six\n")
    program = (
        f"import os, resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, ({bytes_left},) * 2); "
        "os.execv(sys.executable, [sys.executable, '-m', 'pysentry_hook', *sys.argv[1:]])"
    )
    done = _through([sys.executable, "-c", program], house, resolver, Path(os.environ["HOME"]))
    line = line_of(done)
    assert line.startswith(f"requirements.txt: {said}")
    warned = [text.partition(":")[0] for text in done.stderr.splitlines()]
    assert warned == (
        ["warning"] if bytes_left else []
    )  # of the cache, once; without a place to work in it is not opened


@pytest.mark.skipif(not shutil.which("unshare"), reason="a small disk is made with unshare")
@both
def test_a_full_disk_is_one_line(house: House, resolver: str, tmp_path: Path) -> None:
    house.write("requirements.txt", "six\n")
    small = tmp_path / "small"
    small.mkdir()
    mount = f"mount -t tmpfs -o size=4k tmpfs {small}"
    if subprocess.run(["unshare", "-Urm", "sh", "-c", mount], check=False, capture_output=True).returncode:
        pytest.skip("this machine mounts nothing for its users")
    words = ["unshare", "-Urm", "sh", "-c", f'{mount} && exec "$@"', "sh", sys.executable, "-m", "pysentry_hook"]
    line = line_of(_through(words, house, resolver, small))
    assert line.endswith(" failed: the disk that holds temporary folders is full")


def _through(words: list[str], house: House, resolver: str, temporary: Path) -> Done:
    options = ("report", "--resolver", resolver, "--advisory-db", str(house.records))
    kept = {name: os.environ[name] for name in ("PATH", "HOME")}
    environment = {**kept, **house.environment, "TMPDIR": str(temporary), "PYTHONDONTWRITEBYTECODE": "1"}
    environment["PYSENTRY_HOOK_CACHE_DIR"] = str(house.folder.parent / "cache")
    return subprocess.run(
        [*words, *options], cwd=house.folder, env=environment, capture_output=True, text=True, check=False, timeout=120
    )


def _quarantined(house: House, *words: object, **more: str) -> tuple[Done, list[str]]:
    """Scan where the index has quarantined `requests`; give what was done, and of what the public index was asked."""
    reply = Reply(body=b'{"files": [], "project-status": {"status": "quarantined"}}')
    with (
        serve([Release("shop-web", "1.0", ("requests<2.31",))], quarantined=["requests"]) as index,
        Upstream(replies={"/simple/requests/": reply}) as public,
    ):
        settings = _index(index) | {"PYSENTRY_HOOK_SOURCES_MIRRORS": index.url}
        settings |= {key: value.replace("OTHER", f"{index.url}-other") for key, value in more.items()}
        done = house.scan("--service-url", f"pypi={public.url}", *words, **settings)
        return done, [request.path for request in public.requests]


@both
@pytest.mark.parametrize("asked", ["requests>=2", "shop-web"])
def test_a_quarantined_project_is_named(house: House, resolver: str, asked: str) -> None:
    house.write("requirements.txt", f"{asked}\n")
    done, told = _quarantined(house, "--resolver", resolver)
    assert line_of(done).startswith("requirements.txt: quarantined by the index: requests; ")
    assert "/simple/requests/" in told


@both
@pytest.mark.parametrize(
    "setting",
    [
        {"PYSENTRY_HOOK_SOURCES_MIRRORS": "https://pkgs.acme.example/simple"},
        {"PYSENTRY_HOOK_SOURCES_PRIVATE": "requests"},
        {"PIP_EXTRA_INDEX_URL": "OTHER", "UV_INDEX": "OTHER"},
    ],
    ids=["an index of one's own", "a private name", "a further index of one's own"],
)
def test_the_status_of_a_name_that_may_be_private_is_not_asked_for(
    house: House, resolver: str, setting: dict[str, str]
) -> None:
    house.write("requirements.txt", "shop-web\n")
    done, told = _quarantined(house, "--resolver", resolver, **setting)
    assert "quarantined" not in line_of(done)
    assert "/simple/requests/" not in told


def test_offline_no_status_is_asked_for(house: House) -> None:
    house.write("requirements.txt", "shop-web\n")
    done, told = _quarantined(house, "--resolver", "uv", "--offline")
    assert "quarantined" not in line_of(done)
    assert told == []


@pytest.mark.parametrize("fault", ["status", "garbage", "shape"])
def test_an_index_that_tells_no_status_hides_no_failure(house: House, fault: Kind) -> None:
    house.write("requirements.txt", "nothing\n")
    mirror = {
        "PYSENTRY_HOOK_SOURCES_MIRRORS": house.served.url,
        "PYSENTRY_HOOK_HTTP_RETRY_INITIAL_BACKOFF": "0.001",
    }
    with Upstream(faults=[Fault("/simple/", fault)]) as public:
        done = house.scan("--service-url", f"pypi={public.url}", "--resolver", "uv", **mirror)
        assert public.requests
    assert "quarantined" not in line_of(done)
    assert "nothing was not found" in line_of(done)
