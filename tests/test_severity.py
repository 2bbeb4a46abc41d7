"""How bad an advisory is, from vectors and labels."""

from typing import Any

import pytest

from pysentry_hook.advisories import Advisory
from pysentry_hook.model import Severity
from pysentry_hook.severity import assess, label, rating, score
from tests.builders import an_advisory

V2_HIGH = "AV:N/AC:L/Au:N/C:C/I:C/A:C"
V30 = "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
V31 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N"
V31_NONE = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N"
V4 = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"


def rated(*vectors: tuple[str, str], **more: Any) -> Advisory:
    """An advisory with (type, vector) pairs; the other keywords are those of `a_record`."""
    return an_advisory(severity=[{"type": kind, "score": vector} for kind, vector in vectors], **more)


@pytest.mark.parametrize(
    ("vector", "version", "expected"),
    [(V2_HIGH, "2.0", 10.0), (V30, "3.0", 9.8), (V31, "3.1", 6.1), (V4, "4.0", 9.3), (V31_NONE, "3.1", 0.0)],
)
def test_a_vector_is_scored_by_the_version_that_its_prefix_tells(vector: str, version: str, expected: float) -> None:
    found = score(vector)
    assert found is not None
    assert (found.version, found.vector, found.score) == (version, vector, expected)


@pytest.mark.parametrize("kind", ["CVSS_V2", "CVSS_V3", "CVSS_V4", "Ubuntu", ""])
def test_the_type_that_a_record_states_is_not_believed(kind: str) -> None:
    severity, source, cvss = assess([rated((kind, V31))])
    assert (severity, source) == (Severity.MEDIUM, "cvss")
    assert [(entry.version, entry.score) for entry in cvss] == [("3.1", 6.1)]


@pytest.mark.parametrize(
    "vector",
    [
        "",
        "HIGH",
        "7.5",
        "CVSS:3.1/",
        "CVSS:3.1",
        "CVSS:3.2/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:3.1/AV:N/AV:N",
        "CVSS:3.1/AV:Q/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:4",
        "CVSS:4.0/AV:N",
        "CVSS:5.0/AV:N/AC:L",
        "AV:N/AC:L",
        "AV:N/AC:L/Au:N/C:C/I:C/A:\N{SNOWMAN}",
        "/" * 300,
    ],
)
def test_garbage_has_no_score_and_leaves_the_severity_unknown(vector: str) -> None:
    assert score(vector) is None
    assert assess([rated(("CVSS_V3", vector))]) == (None, "none", ())


def test_garbage_beside_a_vector_is_passed_over() -> None:
    assert assess([rated(("CVSS_V3", "garbage"), ("CVSS_V3", V31))])[0] is Severity.MEDIUM


def test_a_score_that_is_no_text_is_passed_over() -> None:
    advisory = an_advisory(severity=[{"type": "CVSS_V3", "score": 9.8}, {"type": "CVSS_V3"}, "x", None])
    assert assess([advisory]) == (None, "none", ())


def test_a_label_decides_where_every_vector_is_garbage() -> None:
    advisory = rated(("CVSS_V3", "garbage"), database_specific={"severity": "HIGH"})
    assert assess([advisory]) == (Severity.HIGH, "label", ())


def test_a_vector_decides_over_a_label() -> None:
    advisory = rated(("CVSS_V3", V31), database_specific={"severity": "CRITICAL"})
    assert assess([advisory])[:2] == (Severity.MEDIUM, "cvss")


def test_a_vector_may_stand_beside_the_package() -> None:
    record = an_advisory(
        affected=[
            {"package": {"name": "requests", "ecosystem": "PyPI"}, "severity": [{"type": "CVSS_V3", "score": V30}]}
        ]
    )
    assert assess([record])[0] is Severity.CRITICAL


def test_the_worst_vector_of_all_records_decides_and_each_is_told_once() -> None:
    severity, source, cvss = assess([rated(("CVSS_V3", V31)), rated(("CVSS_V3", V31), ("CVSS_V4", V4))])
    assert (severity, source) == (Severity.CRITICAL, "cvss")
    assert [entry.vector for entry in cvss] == [V4, V31]


def test_the_worst_label_of_all_records_decides() -> None:
    labels = ["LOW", "MODERATE", "nonsense"]
    assert assess([an_advisory(database_specific={"severity": text}) for text in labels])[0] is Severity.MEDIUM


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("LOW", Severity.LOW),
        ("MODERATE", Severity.MEDIUM),
        ("medium", Severity.MEDIUM),
        (" High ", Severity.HIGH),
        ("CRITICAL", Severity.CRITICAL),
        ("UNKNOWN", None),
        ("important", None),
        ("", None),
        (None, None),
    ],
)
def test_a_label_is_one_of_githubs_words(text: str | None, expected: Severity | None) -> None:
    assert label(text) is expected


@pytest.mark.parametrize(
    ("version", "number", "expected"),
    [
        ("3.1", 0.0, Severity.LOW),
        ("3.1", 0.1, Severity.LOW),
        ("3.1", 3.9, Severity.LOW),
        ("3.1", 4.0, Severity.MEDIUM),
        ("3.0", 6.9, Severity.MEDIUM),
        ("3.1", 7.0, Severity.HIGH),
        ("4.0", 8.9, Severity.HIGH),
        ("4.0", 9.0, Severity.CRITICAL),
        ("3.1", 10.0, Severity.CRITICAL),
        ("2.0", 3.9, Severity.LOW),
        ("2.0", 6.9, Severity.MEDIUM),
        ("2.0", 7.0, Severity.HIGH),
        ("2.0", 10.0, Severity.HIGH),
    ],
)
def test_a_score_is_rated_by_the_scale_of_its_version(version: str, number: float, expected: Severity) -> None:
    found = score(V31)
    assert found is not None
    assert rating(found._replace(version=version, score=number)) is expected


def test_a_vector_without_any_impact_is_low_and_known() -> None:
    assert assess([rated(("CVSS_V3", V31_NONE))])[:2] == (Severity.LOW, "cvss")


def test_nothing_said_is_unknown_and_never_low() -> None:
    assert assess([an_advisory()]) == (None, "none", ())
    assert assess([]) == (None, "none", ())


def test_malware_is_critical_whatever_else_is_said() -> None:
    severity, source, cvss = assess([rated(("CVSS_V3", V31), identifier="MAL-2099-1")])
    assert (severity, source) == (Severity.CRITICAL, "label")
    assert [entry.score for entry in cvss] == [6.1]
