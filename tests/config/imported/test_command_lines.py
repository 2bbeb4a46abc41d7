"""What the command lines of pip-audit, safety and uv audit accept, in any file in which they stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pysentry_hook.config.imported.accepted import Accepted, Untaken
from pysentry_hook.config.imported.places import read_place


def accepted(path: str, text: str) -> list[str]:
    """Tool, id and line of each, as "safety 51457 3"."""
    found = read_place(path, text.encode())
    return [f"{each.tool} {each.id} {each.line}" for each in found if isinstance(each, Accepted)]


def untaken(path: str, text: str) -> list[tuple[int, str]]:
    return [(each.line, each.why) for each in read_place(path, text.encode()) if isinstance(each, Untaken)]


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("Makefile", "audit:\n\t@pip-audit --ignore-vuln CVE-2099-1\n", ["pip-audit CVE-2099-1 2"]),
        ("a.sh", "pip-audit --ignore-vuln=GHSA-aaaa-bbbb-cccc --strict\n", ["pip-audit GHSA-aaaa-bbbb-cccc 1"]),
        ("a.sh", "pip-audit \\\n  --ignore-vuln CVE-2099-1 \\\n  --ignore-vuln \\\n  CVE-2099-2\n",
         ["pip-audit CVE-2099-1 2", "pip-audit CVE-2099-2 4"]),
        ("a.sh", "pip-audit \\\r\n  --ignore-vuln CVE-2099-1\r\n", ["pip-audit CVE-2099-1 2"]),
        ("a.sh", "bash -c 'uv run pip-audit --ignore-vuln CVE-2099-1' --\n", ["pip-audit CVE-2099-1 1"]),
        ("a.sh", 'python -m pip_audit --ignore-vuln "CVE-2099-1"\n', ["pip-audit CVE-2099-1 1"]),
        ("noxfile.py", "session.run('pip-audit', '--ignore-vuln', 'CVE-2099-1')\n", ["pip-audit CVE-2099-1 1"]),
        ("noxfile.py", "run(\n  'pip-audit',\n  '--ignore-vuln',\n  'CVE-2099-1',\n)\n", ["pip-audit CVE-2099-1 4"]),
        ("pyproject.toml", "[tool.poe.tasks]\naudit = 'pip-audit --ignore-vuln CVE-2099-1'\n",
         ["pip-audit CVE-2099-1 2"]),
        ("tox.ini", "commands =\n  pip-audit \\\n    --ignore-vuln CVE-2099-1\n", ["pip-audit CVE-2099-1 3"]),
        ("a.yml", "args:\n  - --ignore-vuln\n  - CVE-2099-1\n  - --ignore-vuln=CVE-2099-2\n",
         ["pip-audit CVE-2099-1 3", "pip-audit CVE-2099-2 4"]),
        ("a.yml", "args: [--ignore-vuln, CVE-2099-1, '--ignore-vuln', 'CVE-2099-2']\n",
         ["pip-audit CVE-2099-1 1", "pip-audit CVE-2099-2 1"]),
        ("a.yml", "run: >\n  pip-audit\n  --ignore-vuln CVE-2099-1\n", ["pip-audit CVE-2099-1 3"]),
        ("a.sh", "safety check -i 51457 -i 51458 --full-report\n", ["safety 51457 1", "safety 51458 1"]),
        ("a.sh", "safety --stage cicd check --ignore=51457,51458\n", ["safety 51457 1", "safety 51458 1"]),
        ("a.sh", "python -m safety check -i51457\n", ["safety 51457 1"]),
        ("a.sh", "safety scan --ignore 51457\n", ["safety 51457 1"]),
        ("a.sh", "safety check -r <(poetry export | sed 's/a/b/') -i 51457\n", ["safety 51457 1"]),
        ("a.sh", "(safety check -i 51457) && ruff check --ignore 123\n", ["safety 51457 1"]),
        ("tox.ini", "commands =\n  safety check\n    -i 51457\n", ["safety 51457 3"]),
        ("tox.toml", "commands = [\n  ['safety', 'check',\n   '-i', '51457'],\n  ['x', '-i', '9'],\n]\n",
         ["safety 51457 3"]),
        ("noxfile.py", "session.run(\n  'safety',\n  'check',\n  '-i',\n  '51457',\n)\nx('-i', '9')\n",
         ["safety 51457 5"]),
        ("noxfile.py", "RUN = 'safety check -i 51457'\nOTHER = '-i 9'\n", ["safety 51457 1"]),
        ("a.sh", "safety check -iur\n", []),
        ("a.sh", "uv audit --ignore CVE-2099-1 --ignore-until-fixed CVE-2099-2\n",
         ["uv audit CVE-2099-1 1", "uv audit CVE-2099-2 1"]),
        ("a.sh", "uv --preview-features audit-command --no-progress audit --ignore=CVE-2099-1\n",
         ["uv audit CVE-2099-1 1"]),
        ("a.yml", "- id: uv-audit\n  args: [--ignore, CVE-2099-1]\n", ["uv audit CVE-2099-1 2"]),
        ("a.yml", "- id: a\n  entry: safety check\n  args:\n  - -i\n  - 51457\n", ["safety 51457 5"]),
        ("a.yml", "- id: ruff\n  args: [--ignore, '9']\n- id: safety\n  args: 3\n", []),
        ("a.sh", "uv run audit --ignore CVE-2099-1\nuvx audit --ignore CVE-2099-1\n", []),
        ("a.sh", "ruff check --ignore E501  # audit\nflake8 -i 3\npip install safety\ncheck -i 51457\n", []),
        ("a.sh", "# pip-audit --ignore-vuln CVE-2099-1\n  # safety check -i 51457\n", []),
        ("tox.ini", "; pip-audit --ignore-vuln CVE-2099-1\n", []),
        ("a.sh", "safety check; ls -i 51457\nsafety check\nls -i 51457\n", []),
    ],
)  # fmt: skip
def test_what_a_command_line_accepts_is_found_with_its_line(path: str, text: str, expected: list[str]) -> None:
    assert accepted(path, text) == expected
    assert untaken(path, text) == []


def test_what_uv_accepts_until_it_is_fixed_is_accepted_no_longer_here() -> None:
    found = read_place("a.sh", b"uv audit --ignore CVE-2099-1 --ignore-until-fixed CVE-2099-2\n")
    assert [each.until_fixed for each in found if isinstance(each, Accepted)] == [False, True]


def test_a_comment_on_the_same_line_is_kept() -> None:
    text = "pip-audit --ignore-vuln CVE-2099-1  # only used in tests\npip-audit --ignore-vuln CVE-2099-2\n"
    found = read_place("a.sh", text.encode())
    assert [each.remark for each in found if isinstance(each, Accepted)] == ["only used in tests", None]


@pytest.mark.parametrize(
    ("path", "text", "line", "why"),
    [
        ("a.sh", "\npip-audit --ignore-vuln $ID\n", 2, "pip-audit: --ignore-vuln $ID: no id of an advisory"),
        ("a.sh", 'pip-audit --ignore-vuln "${ID}"\n', 1, "--ignore-vuln ${ID}: no id"),
        ("a.yml", "run: pip-audit --ignore-vuln ${{ matrix.id }}\n", 1, "--ignore-vuln ${{: no id"),
        ("tox.ini", "a = pip-audit --ignore-vuln={posargs}\n", 1, "--ignore-vuln {posargs}: no id"),
        ("a.sh", "pip-audit --ignore-vuln\nnext-command\n", 1, "pip-audit: --ignore-vuln: no id"),
        ("a.sh", "pip-audit --ignore-vuln CVE-2099-1,CVE-2099-2\n", 1, "no id"),
        ("noxfile.py", "for each in IDS:\n  words += ['--ignore-vuln', each]\n", 2, "--ignore-vuln each: no id"),
        ("a.sh", "awk '{printf \"--ignore-vuln %s\", $1}' known | xargs pip-audit\n", 1, "--ignore-vuln %s: no id"),
        ("a.sh", "safety check -i $ID\n", 1, "safety: -i $ID: no id"),
        ("a.sh", "uv audit --ignore $ID\n", 1, "uv audit: --ignore $ID: no id"),
        ("a.sh", "sed 's/ #//' x | pip-audit --ignore-vuln CVE-2099-1\n", 1, "stands behind a #"),
        ("a.sh", "pip-audit --ignore-vuln GO-2022-0968\n", 1, "GO-2022-0968 is not about a Python package"),
    ],
)  # fmt: skip
def test_what_names_no_id_is_told_with_its_line(path: str, text: str, line: int, why: str) -> None:
    ((found, told),) = untaken(path, text)
    assert found == line
    assert why in told
    assert accepted(path, text) == []


@pytest.mark.parametrize(
    ("data", "why"), [(b"\xff", "is not UTF-8 text"), (b"x" * 3_000_000, "is larger than 2 MB")], ids=["bytes", "large"]
)
def test_a_file_that_is_not_looked_through_is_told(data: bytes, why: str) -> None:
    (found,) = read_place("a.sh", data)
    assert isinstance(found, Untaken)
    assert why in found.why


PIECES = st.sampled_from([
    "pip-audit ", "--ignore-vuln", "=", " CVE-2099-1", " safety", " check", " -i", " 51457", " uv", " audit",
    "--ignore ", "\n", "\\\n", "  ", "- ", "# ", "; ", "(", ")", "[", "]", "{", "}", "'", '"', ": ", ",", "|\n",
    "&a ", "*a ", "<<: ", "ignore-vulns: ", "security:\n", "  ignore-vulnerabilities:\n", "    1:\n", "reason: x",
    "[[IgnoredVulns]]\n", "id = 1\n", "args: ", "id: safety\n", "\x00", "é", "\u2028",
])  # fmt: skip
NAMES = st.sampled_from(["a.sh", "a.py", "a.ini", "a.yml", "a.toml", "uv.toml"])


@given(st.lists(PIECES, max_size=40).map("".join), NAMES)
def test_no_text_is_too_strange_to_be_looked_through(text: str, path: str) -> None:
    last = text.count("\n") + 1
    assert all(1 <= each.line <= last for each in read_place(path, text.encode()))
