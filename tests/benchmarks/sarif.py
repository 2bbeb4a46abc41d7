"""How long 5,000 findings take as SARIF, and how much memory: `python -m tests.benchmarks.sarif`.

Each measurement is a process of its own, in which the report is there before the clock starts.
"""

import gzip
import resource
import subprocess
import sys
import time
from dataclasses import replace

from pysentry_hook.advisories import Cvss
from pysentry_hook.model import Location, Severity
from pysentry_hook.report import Report
from pysentry_hook.reports import FORMATS
from pysentry_hook.reports.look import Look
from tests.builders import a_dependency, a_finding
from tests.reports.facts import a_report

FINDINGS = 5_000
MOST_SECONDS, MOST_MEGABYTES = 1.5, 300
_RUNS = 5
_VECTOR = Cvss("3.1", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", 7.5)


def a_large_report(findings: int = FINDINGS) -> Report:
    """A report with as many alias groups as findings, of 500 packages, with three ways in and 1 kB of details each."""
    found = (
        replace(
            a_finding(
                a_dependency(f"package-{number % 500}", "2.30.0", direct=False),
                upgrade_to="2.31.0",
                id=f"CVE-2099-{number:05}",
                aliases=(f"GHSA-aaaa-bbbb-{number:04}", f"PYSEC-2099-{number}"),
                severity=Severity.HIGH,
                severity_source="cvss",
                cvss=(_VECTOR,),
                details="A parser reads what it should not read. " * 25,
                references=(f"https://a.example/advisories/{number}", "https://a.example/fix"),
                cwes=("CWE-400",),
            ),
            paths=tuple(("shop", f"framework-{way}", f"package-{number % 500}") for way in range(3)),
            location=Location("uv.lock", 10 * (number % 500) + 2, 1, 19, 'version = "2.30.0"'),
        )
        for number in range(findings)
    )
    return a_report(*found, total=600)


def _measure() -> None:
    report = a_large_report()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begin = time.perf_counter()
    text = FORMATS["sarif"]().render(report, Look())
    seconds = time.perf_counter() - begin
    data = text.encode()
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sizes = f"{len(data) / 1e6:.1f} MB, {len(gzip.compress(data, 6)) / 1e6:.2f} MB gzipped"
    print(f"{seconds:.2f} s, {after / 1024:.0f} MB of memory at most ({before / 1024:.0f} with the report), {sizes}")  # noqa: T201


def main() -> None:
    """Print the figures of several processes."""
    print(f"{FINDINGS:,} findings; wanted: below {MOST_SECONDS} s and {MOST_MEGABYTES} MB")  # noqa: T201
    for _ in range(_RUNS):
        subprocess.run([sys.executable, "-m", "tests.benchmarks.sarif", "once"], check=True)


if __name__ == "__main__":
    _measure() if sys.argv[1:] == ["once"] else main()
