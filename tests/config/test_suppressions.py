"""An accepted risk has an id, a reason and an end, in a table as in a comment beside a requirement."""

from datetime import date
from pathlib import Path

import pytest

from pysentry_hook.config.suppressions import read_comment, read_suppression, why_no_reason
from pysentry_hook.errors import ConfigError
from pysentry_hook.model import normalize
from pysentry_hook.rules import Place, Rule, Suppression
from tests.builders import a_folder_of_records, a_record
from tests.config.settling import TODAY, configured
from tests.conftest import Run

PLACE = Place("pyproject.toml", 40)
WHOLE = {
    "id": "CVE-2025-69872",
    "reason": "the pickle path is closed",
    "expires": date(2027, 3, 31),
}


def read(**changes: object) -> Suppression:
    table = {key: value for key, value in {**WHOLE, **changes}.items() if value is not None}
    return read_suppression(table, lambda detail, key: ConfigError(f"{key} | {detail}"), PLACE, TODAY)


def the_error(**changes: object) -> str:
    with pytest.raises(ConfigError) as caught:
        read(**changes)
    return str(caught.value)


def test_what_must_be_there_is_enough() -> None:
    assert read() == Suppression(
        id="CVE-2025-69872",
        reason="the pickle path is closed",
        expires=date(2027, 3, 31),
        rule=Rule("suppressions", "CVE-2025-69872", "pyproject.toml:40", PLACE),
    )


def test_every_key_of_a_suppression_is_read() -> None:
    found = read(package="Disk_Cache", version="<6,!=5.1", group="Dev", until="fixed", owner=" platform ")
    assert (found.package, found.version, found.group) == ("disk-cache", "<6,!=5.1", "dev")
    assert (found.until_fixed, found.owner) == (True, "platform")


@pytest.mark.parametrize("key", ["id", "reason", "expires"])
def test_a_key_that_must_be_there_and_is_not_is_named(key: str) -> None:
    assert the_error(**{key: None}).startswith(f"{key} | suppressions.{key} is missing: ")


def each(key: str, message: str, *values: object) -> list[tuple[str, object, str]]:
    return [(key, value, message) for value in values]


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        *each("id", "is not a text", "", "  ", 3, ["CVE-2099-1"]),
        *each("id", "is no id of an advisory", "2099-1", "CVE 2099-1", "CVE", "CVE-", "CVE-1\nx"),
        *each("reason", "is not a text", "", " ", 3),
        *each("package", "is no name", "", "a b", 3, ["a"], "../x"),
        *each("group", "is no name", "", "a b", 3),
        *each("version", "is no version specifier", "", "6", "< x", 6, ["<6"]),
        *each("until", 'is not "fixed"', "Fixed", "", True, ["fixed"], {}, date(2027, 1, 1)),
        *each("owner", "is not a text", "", 3),
        *each("expires", "is no day, as 2027-01-31", "", "soon", "1.1.2027", "2027-02-30", 2027),
        ("expiry", date(2027, 1, 1), "suppressions.expiry is no setting (did you mean expires?)"),
    ],
)  # fmt: skip
def test_a_value_without_meaning_is_refused(key: str, value: object, message: str) -> None:
    told = the_error(**{key: value})
    assert told.startswith(f"{key} | suppressions.{key}")
    assert message in told
    assert "\n" not in told


@pytest.mark.parametrize(
    "reason",
    [
        "TBD", "todo", "n/a", "later", "no risk", "TBD by security team", "todo: write this", "fixme some day",
        "N/A for this project", "placeholder until we know", "none none none", "None - none", "xxx xxx xxx",
    ],
)  # fmt: skip
def test_a_placeholder_is_no_reason(reason: str) -> None:
    assert the_error(reason=reason).startswith("reason | suppressions.reason: ")


@pytest.mark.parametrize(
    "reason",
    [
        "the pickle path is closed",
        "none of our views parse XML",
        "the SQL placeholder is always bound",
        "we never call it",
        "nur im Test benutzt",
        "Größe wird vorher geprüft",
    ],
)
def test_three_words_that_somebody_can_check_are_a_reason(reason: str) -> None:
    assert read(reason=reason).reason == reason
    assert why_no_reason(reason) is None


@pytest.mark.parametrize(
    ("expires", "message"),
    [
        (date(2027, 11, 23), None),
        ("2027-11-23", None),
        (date(2027, 11, 24), "2027-11-24 is more than a year ahead; at most 2027-11-22"),
        (date(9999, 12, 31), "9999-12-31 is more than a year ahead"),
        (date(2026, 11, 22), None),
        (date(2020, 1, 1), None),
    ],
)
def test_a_suppression_ends_within_a_year_and_may_have_ended(expires: object, message: str | None) -> None:
    if message is None:
        assert str(read(expires=expires).expires) == str(expires)
    else:
        assert message in the_error(expires=expires)


def test_the_error_of_a_file_has_the_line_of_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    good = '[[tool.pysentry-hook.suppressions]]\nid = "CVE-2099-1"\nreason = "a b c"\nexpires = 2027-01-31\n\n'
    for bad, line in {'reason = "TBD"': 8, "expires = 2030-01-01": 8, 'packages = "a"': 8, 'owner = ""': 8}.items():
        keys = {"id": '"CVE-2099-2"', "reason": '"a b c"', "expires": "2027-01-31"}
        rest = [f"{key} = {value}" for key, value in keys.items() if not bad.startswith(f"{key} =")]
        entry = "\n".join(["[[tool.pysentry-hook.suppressions]]", rest[0], bad, *rest[1:]])
        (tmp_path / "pyproject.toml").write_text(good + entry + "\n", encoding="utf-8")
        with pytest.raises(ConfigError, match=rf"^pyproject\.toml:{line}: suppressions\."):
            configured(tmp_path)
    (tmp_path / "pyproject.toml").write_text(good + "[[tool.pysentry-hook.suppressions]]\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"^pyproject\.toml:6: suppressions\.id is missing"):
        configured(tmp_path)


def comment(text: str) -> list[Suppression]:
    return read_comment(text, normalize("requests"), Place("requirements.txt", 3), TODAY)


def test_a_comment_beside_a_requirement_accepts_a_finding_in_it() -> None:
    (found,) = comment("# pysentry: ignore[CVE-2099-1] until 2027-01-31: only used in tests: really")
    assert found == Suppression(
        id="CVE-2099-1",
        package=normalize("requests"),
        reason="only used in tests: really",
        expires=date(2027, 1, 31),
        rule=Rule("comment", "CVE-2099-1", "requirements.txt:3", Place("requirements.txt", 3)),
    )


@pytest.mark.parametrize(
    "text",
    [
        "#pysentry:ignore[CVE-2099-1,GHSA-x] until 2027-01-31:only used in tests",
        "# pysentry-hook: ignore [ CVE-2099-1 , GHSA-x, ]  until  2027-01-31 :  only used in tests ",
        "# why: see below # pysentry: ignore[CVE-2099-1, GHSA-x] until 2027-01-31: only used in tests",
    ],
)
def test_a_comment_may_name_several_ids_and_stand_behind_another(text: str) -> None:
    found = comment(text)
    assert [entry.id for entry in found] == ["CVE-2099-1", "GHSA-x"]
    assert {entry.reason for entry in found} == {"only used in tests"}


@pytest.mark.parametrize("text", ["", "# via flask", "# see pysentry: its page", "# pysentry", "# nopysentry: ignore"])
def test_a_comment_that_does_not_speak_to_us_accepts_nothing(text: str) -> None:
    assert comment(text) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# pysentry: ignore", "is not read; write  # pysentry: ignore[CVE-2099-1] until 2027-01-31: reason"),
        ("# pysentry: ignore[CVE-2099-1]", "the comment is not read"),
        ("# pysentry: ignore[CVE-2099-1] until 2027-01-31", "the comment is not read"),
        ("# pysentry: ignore[CVE-2099-1]: only used in tests", "the comment is not read"),
        ("# pysentry: ignroe[CVE-2099-1] until 2027-01-31: only used in tests", "the comment is not read"),
        ("# pysentry: ignore[] until 2027-01-31: only used in tests", "the comment names no id"),
        ("# pysentry: ignore[2099-1] until 2027-01-31: only used in tests", "id = '2099-1' is no id"),
        ("# pysentry: ignore[CVE-2099-1] until soon: only used in tests", "expires = soon is no day"),
        ("# pysentry: ignore[CVE-2099-1] until 2028-01-31: only used in tests", "more than a year ahead"),
        ("# pysentry: ignore[CVE-2099-1] until 2027-01-31: TBD", "is no reason"),
        ("# pysentry: ignore[CVE-2099-1] until 2027-01-31: todo write this", "is a placeholder"),
    ],
)  # fmt: skip
def test_a_comment_that_speaks_to_us_and_cannot_be_read_is_an_error(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        comment(text)
    assert str(caught.value).startswith("requirements.txt:3: ")
    assert message in str(caught.value)


def test_a_comment_covers_its_own_line_in_a_scan_and_a_bad_one_stops_it(run: Run, tmp_path: Path) -> None:
    from datetime import UTC, datetime, timedelta

    day = datetime.now(UTC).date() + timedelta(days=60)
    database = a_folder_of_records(
        tmp_path / "db",
        a_record("CVE-2099-1", severity=[{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}]),
        a_record("CVE-2099-2", package="idna", database_specific={"severity": "HIGH"}),
    )
    file = tmp_path / "requirements.txt"
    options = ("--requirements", file, "--advisory-db", database)
    file.write_text(
        f"requests==2.30.0  # pysentry: ignore[CVE-2099-1] until {day}: only used in tests\nidna==3.6\n",
        encoding="utf-8",
    )
    done = run("gate", *options)
    assert done.returncode == 1
    assert "CVE-2099-2" in done.stdout
    assert "CVE-2099-1" not in done.stdout.split("Rule:")[0]
    hashes = (
        f"requests==2.30.0 \\\n    --hash=sha256:00  # pysentry: ignore[CVE-2099-1] until {day}: only used in tests\n"
    )
    file.write_text(hashes, encoding="utf-8")
    assert run("gate", *options).returncode == 0
    file.write_text("idna==3.6\nrequests==2.30.0  # pysentry: ignore[CVE-2099-1]\n", encoding="utf-8")
    done = run("gate", *options)
    assert done.returncode == 2
    assert done.stderr.startswith("error: requirements.txt:2: the comment is not read; write  # pysentry: ignore[")
