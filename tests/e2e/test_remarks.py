"""Comments that accept a risk beside a requirement, where a change is judged: whose count, and what it changes."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.e2e.repository import Repository, decisions

pytestmark = pytest.mark.unmeasured  # other tests measure what these run

TODAY = datetime.now(UTC).date()
SOON, FAR = (TODAY + timedelta(days=days) for days in (40, 60))
PIN = "requests==2.30.0"
REASON = "we never follow a redirect"


def remark(until: object = FAR, name: str = "CVE-2099-0001") -> str:
    return f"{PIN}  # pysentry: ignore[{name}] until {until}: {REASON}\n"


@pytest.fixture
def base(shop: Repository) -> str:
    """A commit without a comment."""
    shop.write("requirements.txt", f"{PIN}\n")
    return shop.commit()


def test_a_comment_accepts_nothing_where_the_policy_is_that_of_a_commit_without_it(shop: Repository, base: str) -> None:
    shop.write("requirements.txt", f"idna==3.7\n{remark()}")
    report = shop.report("--policy-from", base)
    assert (report["exit"], decisions(report)["CVE-2099-0001"]) == (1, "block")
    assert report["policy"]["changes"] == [
        f"this change accepts nothing by the comment at requirements.txt:2: {base} has none"
    ]
    assert shop.report()["exit"] == 0


def test_a_comment_that_cannot_be_read_stops_nobody_whose_policy_is_that_of_a_commit(
    shop: Repository, base: str
) -> None:
    shop.write("requirements.txt", remark("ever"))
    assert shop.report("--policy-from", base)["exit"] == 1
    assert shop.scan().returncode == 2


@pytest.mark.parametrize("now", [remark(SOON), f"{PIN}\n", remark()])
def test_the_comment_of_the_commit_counts_whatever_is_written_now(shop: Repository, now: str) -> None:
    shop.write("requirements.txt", remark())
    commit = shop.commit()
    shop.write("requirements.txt", now)
    report = shop.report("--policy-from", commit)
    assert (report["exit"], decisions(report)["CVE-2099-0001"]) == (0, "suppressed")
    assert report["findings"][0]["suppressed"]["expires"] == FAR.isoformat()
    assert len(report["policy"]["changes"]) == (now == remark(SOON))


def test_a_new_file_has_no_comment_that_counts(shop: Repository, base: str) -> None:
    shop.write("api/requirements.txt", remark())
    assert shop.report("api", "--policy-from", base)["exit"] == 1


def test_what_a_change_makes_of_comments_is_told(shop: Repository, base: str) -> None:
    shop.write("requirements.txt", remark(SOON))
    (loosened,) = shop.report("--against", base)["policy"]["changes"]
    assert loosened == (
        f"this change loosens what is accepted: CVE-2099-0001 in requests until {SOON} (requirements.txt:1)"
    )
    with_comment = shop.commit()
    shop.write("requirements.txt", remark(FAR))
    (longer,) = shop.report("--against", with_comment)["policy"]["changes"]
    assert longer == (f"this change loosens what is accepted: CVE-2099-0001 in requests until {FAR}, was until {SOON}")
    shop.write("requirements.txt", f"{PIN}\n")
    (tightened,) = shop.report("--against", with_comment)["policy"]["changes"]
    assert tightened == "this change tightens what is accepted: CVE-2099-0001 in requests no more"


def test_a_comment_of_then_that_cannot_be_read_is_told(shop: Repository) -> None:
    shop.write("requirements.txt", remark("ever"))
    commit = shop.commit()
    shop.write("requirements.txt", remark())
    (told,) = shop.report("--against", commit)["policy"]["changes"]
    assert told.startswith(f"the comments of {commit} cannot be compared: requirements.txt:1: expires = ever is no day")
