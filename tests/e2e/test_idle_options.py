"""No command takes an option that would do nothing."""

from pathlib import Path

import pytest

from tests.builders import a_uv_lock
from tests.conftest import Run
from tests.e2e.repository import git
from tests.upstream import Upstream

pytestmark = pytest.mark.unmeasured  # other tests measure what these run


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A repository with a lock that is staged and a requirements file that is loose."""
    shop = tmp_path / "shop"
    (shop / "loose").mkdir(parents=True)
    git(shop, "init", "-q", "-b", "main")
    git(shop, "commit", "-q", "--allow-empty", "-m", "x")
    (shop / "uv.lock").write_text(a_uv_lock(("six", "1.0")), encoding="utf-8")
    (shop / "loose" / "requirements.txt").write_text("six>=1\n", encoding="utf-8")
    git(shop, "add", "-A")
    return shop


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (["plan", "--force"], "--force: it is for --apply"),
        (["config", "init", "--force", "-o", "-"], "--force: it takes the place of a file of ours"),
        (["config", "init", "--force", "-o", "pyproject.toml"], "--force: it takes the place of a file of ours"),
        (["gate", "--date", "2027-01-31"], "--date and --branch judge a saved report"),
        (["hook", "--against", "main"], "No such option: --against"),
        (["hook", "--requirements", "a.txt"], "No such option: --requirements"),
        (["plan", "--allow-empty"], "No such option: --allow-empty"),
        (["db", "sync", "--service-url", "osv=https://a.example"], "--service-url: db sync asks pypa and osv-export"),
        (["db", "import", "--service-url", "osv=https://a.example", "a.db"], "No such option: --service-url"),
    ],
)
def test_an_option_that_would_do_nothing_is_refused(words: list[str], answer: str, shop: Path, run: Run) -> None:
    done = run(*words, cwd=shop)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: {answer}")


def test_a_commit_is_asked_for_a_status_that_an_option_forbids(shop: Path, run: Run) -> None:
    with Upstream([]) as upstream:
        run("hook", "--no-cache", *upstream.options, "uv.lock", cwd=shop)
        assert not upstream.asked("/simple/")
        run("hook", "--no-cache", "--forbid-archived", *upstream.options, "uv.lock", cwd=shop)
        assert upstream.asked("/simple/")


def test_a_commit_is_resolved_by_a_resolver_that_an_option_names(shop: Path, run: Run) -> None:
    words = ("hook", "--offline", "loose/requirements.txt")
    resolved = "pip-tools cannot resolve offline"
    assert resolved not in run(*words, cwd=shop).stdout
    assert resolved in run(*words, "--resolver", "pip-tools", cwd=shop).stdout
