"""CVSS vectors and labels become a Severity, or None where nothing is known."""

from collections.abc import Iterable
from functools import lru_cache

from pysentry_hook.advisories import Advisory, Cvss
from pysentry_hook.model import Severity

_LABELS = {
    "low": Severity.LOW,
    "moderate": Severity.MEDIUM,
    "medium": Severity.MEDIUM,
    "high": Severity.HIGH,
    "critical": Severity.CRITICAL,
}

_SCALE = ((9.0, Severity.CRITICAL), (7.0, Severity.HIGH), (4.0, Severity.MEDIUM), (0.0, Severity.LOW))
_SCALE_2 = _SCALE[1:]


@lru_cache(maxsize=4096)
def score(vector: str) -> Cvss | None:
    """Return the base score of a vector, told by its own prefix; None where it is no vector.

    Version 2 vectors have no prefix, https://www.first.org/cvss/v2/guide.
    """
    from cvss import CVSS2, CVSS3, CVSS4  # 40 ms, needed only where a finding has a vector
    from cvss.exceptions import CVSSError

    try:
        if vector.startswith("CVSS:4"):
            return Cvss("4.0", vector, float(CVSS4(vector).base_score))
        if vector.startswith("CVSS:3"):
            return Cvss(vector[5:8], vector, float(CVSS3(vector).base_score))
        return Cvss("2.0", vector, float(CVSS2(vector).base_score))
    except (CVSSError, ArithmeticError, ValueError, KeyError, TypeError, AttributeError):
        return None


def rating(cvss: Cvss) -> Severity:
    """Return the rating of a base score by the scale of its CVSS version.

    https://www.first.org/cvss/v4-0/specification-document#Qualitative-Severity-Rating-Scale;
    version 2 has three steps, https://nvd.nist.gov/vuln-metrics/cvss. A score of 0.0 counts as low.
    """
    scale = _SCALE_2 if cvss.version == "2.0" else _SCALE
    return next(severity for least, severity in scale if cvss.score >= least)


def label(text: str | None) -> Severity | None:
    """Return the severity that a label such as GitHub's MODERATE names."""
    return _LABELS.get((text or "").strip().lower())


def scores(advisories: Iterable[Advisory]) -> tuple[Cvss, ...]:
    """Return the distinct scored vectors of several records, highest score first."""
    found = {scored for advisory in advisories for vector in advisory.vectors if (scored := score(vector))}
    return tuple(sorted(found, key=lambda cvss: (-cvss.score, cvss.vector)))


def is_malware(advisory: Advisory) -> bool:
    """Whether a record, or one that it calls its alias, reports a malicious package, https://github.com/ossf/malicious-packages."""
    return any(name.startswith("MAL-") for name in (advisory.id, *advisory.aliases))


def assess(advisories: Iterable[Advisory]) -> tuple[Severity | None, str, tuple[Cvss, ...]]:
    """Return (severity, its source, scored vectors) of records that describe one vulnerability.

    The worst vector decides, else the worst label, else nothing is known; malware is critical.
    """
    records = tuple(advisories)
    cvss = scores(records)
    if any(map(is_malware, records)):
        return Severity.CRITICAL, "label", cvss
    if cvss:
        return max(map(rating, cvss)), "cvss", cvss
    labels = [severity for record in records if (severity := label(record.label))]
    return (max(labels), "label", ()) if labels else (None, "none", ())
