"""Files as the documentation of other audit tools writes them."""

import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

DAY = datetime.now(UTC).date()
SOON, FAR = DAY + timedelta(days=90), DAY + timedelta(days=900)
OURS, PYPROJECT = ".pysentry-hook.toml", "pyproject.toml"
PRE_COMMIT, CI, POLICY = ".pre-commit-config.yaml", ".github/workflows/ci.yml", ".safety-policy.yml"

HOOKS = """\
repos:
  - repo: https://github.com/pypa/pip-audit
    rev: v2.10.1
    hooks:
      - id: pip-audit
        args: ["-r", "requirements.txt", "--ignore-vuln", "CVE-2099-1"]  # only used in tests
  - repo: https://github.com/Lucas-C/pre-commit-hooks-safety
    rev: v1.4.2
    hooks:
      - id: python-safety-dependencies-check
        args: [--short-report, --ignore=51457]
"""
WORKFLOW = """\
jobs:
  audit:
    steps:
      - uses: pypa/gh-action-pip-audit@v1.1.0
        with:
          inputs: requirements.txt
          ignore-vulns: |
            GHSA-aaaa-bbbb-cccc
            PYSEC-2099-7  # no fix yet
      - uses: pypa/gh-action-pip-audit@v1.1.0
        with:
          ignore-vulns: PYSEC-2099-8 PYSEC-2099-9
"""
SAFETY_2 = f"""\
version: '2.0'
security:
    ignore-cvss-severity-below: 0
    ignore-cvss-unknown-severity: False
    ignore-vulnerabilities:
        25853:
            reason: we do not use the vulnerable function
            expires: '{SOON}'
        39611:
    continue-on-vulnerability-error: False
"""
SAFETY_3 = f"""\
version: '3.0'
report:
  dependency-vulnerabilities:
    enabled: true
    auto-ignore-in-report:
      python:
        environment-results: true
        unpinned-requirements: true
      cvss-severity: []
      vulnerabilities:
        '52322':
          reason: the fix is not out yet
          expires: '{FAR}'
          specifications: ["<3.1.30"]
"""
OSV = f"""\
[[IgnoredVulns]]
id = "CVE-2099-1"
ignoreUntil = {SOON}
reason = "the path is closed in our client"

[[IgnoredVulns]]
id = "CVE-2099-2"
reason = "not used"
"""
UV = "[audit]\nignore = ['CVE-2099-1']\nignore-until-fixed = ['CVE-2099-3']\n"


def put(folder: Path, **files: str) -> None:
    """Write files; `_` in a name of an argument stands for what the constants say."""
    names = {"hooks": PRE_COMMIT, "workflow": CI, "policy": POLICY, "osv": "osv-scanner.toml", "uv": "uv.toml"}
    for key, text in files.items():
        path = folder / names.get(key, key)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def entries(folder: Path, name: str = OURS) -> list[dict[str, Any]]:
    values: Any = tomllib.loads((folder / name).read_text(encoding="utf-8"))
    values = values["tool"]["pysentry-hook"] if name == PYPROJECT else values
    found: list[dict[str, Any]] = values["suppressions"]
    return found
