"""The line on a terminal while a resolver runs, or a service lets one wait."""

import os
import subprocess
import sys
import threading

import pytest

from tests.e2e.conftest import House
from tests.upstream import Fault, Upstream

pty = pytest.importorskip("pty", reason="there are no terminals of the tests")
SHOWN = "resolving requirements.txt with uv …"


def on_a_terminal(house: House, *words: str, command: str = "report", **more: str) -> str:
    """Run a command with a terminal as stderr; give what is written to it."""
    master, slave = pty.openpty()
    written: list[bytes] = []

    def listen() -> None:
        while True:
            try:
                data = os.read(master, 4096)
            except OSError:  # the other side is closed
                return
            written.append(data)

    listener = threading.Thread(target=listen)
    listener.start()
    environment = {name: os.environ[name] for name in ("PATH", "HOME")} | house.environment
    environment |= {"TERM": "xterm", "COLUMNS": "100", "PYSENTRY_HOOK_CACHE_DIR": str(house.folder.parent / "cache")}
    done = subprocess.run(
        [sys.executable, "-m", "pysentry_hook", command, "--advisory-db", str(house.records), *words],
        cwd=house.folder,
        env=environment | more,
        stdout=subprocess.PIPE,
        stderr=slave,
        timeout=120,
        check=False,
    )
    os.close(slave)
    listener.join()
    os.close(master)
    assert done.returncode in {0, 3}
    assert "…" not in done.stdout.decode()
    return b"".join(written).decode()


def test_a_line_is_shown_for_as_long_as_a_resolver_runs(house: House) -> None:
    house.write("requirements.txt", "six\n")
    assert on_a_terminal(house) == f"{SHOWN}\r\x1b[2K"
    assert on_a_terminal(house) == ""  # it is remembered, so nothing runs


def test_the_line_is_taken_away_where_the_resolver_fails(house: House) -> None:
    house.write("requirements.txt", "six>99\n")
    assert on_a_terminal(house) == f"{SHOWN}\r\x1b[2K"


def test_a_line_that_is_too_long_for_the_terminal_is_cut(house: House) -> None:
    house.write("requirements.txt", "six\n")
    assert on_a_terminal(house, COLUMNS="30") == f"{SHOWN[:28]}…\r\x1b[2K"


def test_nothing_is_shown_where_a_line_cannot_be_taken_away(house: House) -> None:
    house.write("requirements.txt", "six\n")
    assert on_a_terminal(house, TERM="dumb") == ""
    assert house.scan("--no-resolution-cache").stderr == ""


def test_each_run_of_a_plan_is_shown(house: House) -> None:
    house.write("requirements.txt", "requests==2.30.0\n")
    runs = on_a_terminal(house, command="plan").split("\r\x1b[2K")
    assert len(runs) > 2
    assert runs == [*(f"planning for requirements.txt: run {each} of uv …" for each in range(1, len(runs))), ""]


def test_a_line_is_shown_while_a_service_lets_one_wait(house: House) -> None:
    pin = "six==1.16.0 --hash=sha256:" + "0" * 64 + "\n"
    for file in ("requirements.txt", "more.txt"):
        house.write(file, pin)
    with Upstream(faults=[Fault("/v1/querybatch", "slow", seconds=1.5)]) as upstream:
        options = ("requirements.txt", "more.txt", "--sources", "osv", "--no-maintenance-check", *upstream.options)
        public = {"UV_DEFAULT_INDEX": "", "PIP_INDEX_URL": ""}
        assert on_a_terminal(house, *options, **public) == "asking osv about 1 version …\r\x1b[2K"
        assert on_a_terminal(house, *options, **public) == ""  # it is remembered, and quick
