"""Declarations in pyproject.toml and Pipfile: names by scope and their lines."""

import re

import pytest

from pysentry_hook.inputs.manifest import Manifest, read_manifest, requirement_name
from pysentry_hook.model import normalize
from tests.contracts.samples import SAMPLES
from tests.inputs.reading import Files, cut_out, inventory


def a_manifest(text: str, name: str = "pyproject.toml") -> Manifest:
    manifest = read_manifest(Files({name: text}), name)
    assert manifest is not None
    return manifest


def line_of(text: str, package: str, name: str = "pyproject.toml") -> str | None:
    """The text at a declaration, which must be what an editor would select there."""
    lines = a_manifest(text, name).lines(normalize(package))
    if not lines:
        return None
    location = lines[0].location
    assert cut_out(text, location).split() == location.text.split()
    return f"{location.line}: {location.text}"


def test_a_project_s_tables_are_its_scopes() -> None:
    text = (
        '[project]\nname = "Shop.App"\ndependencies = ["A_b>=1", "c[x, y]; os_name == \'nt\'"]\n'
        '[project.optional-dependencies]\nFast_Lane = ["d @ https://x/d.whl"]\n'
        '[dependency-groups]\nDev = ["e", { include-group = "docs" }]\ndocs = ["f ~= 1.0"]\n'
        '[tool.uv]\ndev-dependencies = ["g"]\n'
    )
    manifest = a_manifest(text)
    assert manifest.name == "shop-app"
    assert manifest.scopes == {
        "main": ("a-b", "c"),
        "fast-lane": ("d",),
        "dev": ("e", "g"),
        "docs": ("f",),
    }
    assert manifest.direct == {"a-b", "c", "d", "e", "f", "g"}


def test_poetry_s_tables_are_its_scopes() -> None:
    text = (
        '[tool.poetry]\nname = "shop"\n[tool.poetry.dependencies]\npython = "^3.11"\na = "1"\n'
        'b = { version = "1", optional = true }\n[tool.poetry.dev-dependencies]\nc = "1"\n'
        '[tool.poetry.group.Docs.dependencies]\nd = "1"\n[tool.poetry.extras]\nx = ["b"]\n'
    )
    manifest = a_manifest(text)
    assert manifest.scopes == {"main": ("a", "b"), "dev": ("c",), "docs": ("d",), "x": ("b",)}
    assert manifest.optional == {"b"}


def test_a_pipfile_s_categories_are_its_scopes() -> None:
    text = '[[source]]\nurl = "u"\n[packages]\nA = "*"\n[dev-packages]\nb = "*"\n[Docs]\nc = "*"\n[requires]\nd = "3"\n'
    assert a_manifest(text, "Pipfile").scopes == {"main": ("a",), "dev": ("b",), "docs": ("c",)}


def test_a_manifest_that_is_not_there_is_none() -> None:
    assert read_manifest(Files({}), "pyproject.toml") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[project]\ndependencies = ["requests>=2"]\n', '2: "requests>=2"'),
        ("[project]\ndependencies = [\n  'b',\n  'Requests [socks] ; x',  # why\n]\n", "4: 'Requests [socks] ; x'"),
        ('[project]\ndependencies = [\n  "requests; python_version < \\"3\\"",\n]\n', None),
        ('[ project ]  # here\ndependencies=["requests"]\n', '2: "requests"'),
        ('[project]\noptional-dependencies = { x = ["a", "requests"] }\n', '2: "requests"'),
        ('[project]\noptional-dependencies.x = [\n"requests"\n]\n', '3: "requests"'),
        ('[project.optional-dependencies]\nx = [\n"requests"]\n', '3: "requests"'),
        ('[dependency-groups]\ndev = ["requests"]\n', '2: "requests"'),
        ('[tool.uv]\ndev-dependencies = ["requests"]\n', '2: "requests"'),
        ('[tool.poetry.dependencies]\nrequests = "^2" # why\n', '2: requests = "^2" # why'),
        ('[tool.poetry.dependencies]\n"Requests" = { version = "^2" }\n', '2: "Requests" = { version = "^2" }'),
        ('[tool.poetry.dependencies]\nrequests.version = "^2"\n', '2: requests.version = "^2"'),
        ('[tool.poetry.dependencies.requests]\nversion = "^2"\n', "1: tool.poetry.dependencies.requests"),
        ('[tool.poetry.dev-dependencies]\nrequests = "^2"\n', '2: requests = "^2"'),
        ('[tool.poetry.group.dev.dependencies]\nrequests = "^2"\n', '2: requests = "^2"'),
    ],
)
def test_the_line_of_a_declaration_is_found(text: str, expected: str | None) -> None:
    expected = expected or '3: "requests; python_version < \\"3\\""'
    assert line_of(text, "requests") == expected


@pytest.mark.parametrize(
    "text",
    [
        '[project]\nname = "requests"\nkeywords = ["requests"]\n',
        '[project]\ndependencies = [\n#"requests",\n  "a", # "requests"\n]\n',
        '[build-system]\nrequires = ["requests"]\n',
        '[tool.poetry]\nrequests = "1"\n',
        '[tool.poetry.scripts]\nrequests = "shop:main"\n',
        '[tool.poetry]\ndescription = """\n[tool.poetry.dependencies]\nrequests = "1"\n"""\n',
    ],
)
def test_what_only_looks_like_a_declaration_is_none(text: str) -> None:
    assert line_of(text, "requests") is None


def test_a_quoted_name_with_a_dot_is_one_name() -> None:
    text = '[tool.poetry.dependencies]\n"ruamel.yaml" = "^0.17"\n[tool.poetry.dependencies."zope.interface"]\n'
    assert line_of(text, "ruamel-yaml") == '2: "ruamel.yaml" = "^0.17"'
    assert line_of(text, "zope-interface") == '3: tool.poetry.dependencies."zope.interface"'
    assert line_of(text, "ruamel") is None


def test_a_pipfile_s_line_is_found_in_every_category() -> None:
    text = (
        '[[source]]\nname = "pypi"\n[packages]\n"ruamel.yaml" = "*"\n'
        '[docs]\nsix = {version = "*"}\n[docs.idna]\nversion = "*"\n'
    )
    assert line_of(text, "ruamel.yaml", "Pipfile") == '4: "ruamel.yaml" = "*"'
    assert line_of(text, "six", "Pipfile") == '6: six = {version = "*"}'
    assert line_of(text, "idna", "Pipfile") == "7: docs.idna"
    assert line_of(text, "name", "Pipfile") is None


def test_the_first_of_two_declarations_is_shown() -> None:
    text = '[project]\ndependencies = ["a"]\n[dependency-groups]\ndev = ["A>=2"]\n'
    assert line_of(text, "a") == '2: "a"'


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    text = '[project]\r\ndescription = "one\u2028line\u0085only"\r\ndependencies = ["a"]\r\n'
    assert line_of(text, "a") == '3: "a"'


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Requests", "requests"),
        ("  a.b_c>=1", "a-b-c"),
        ("a [x]==1", "a"),
        ("a@https://x", "a"),
        ("a(>=1)", "a"),
        ("a;x", "a"),
        ("-a", None),
        ("a$", None),
        ("a[x", None),
        ("", None),
        (None, None),
        ({"include-group": "a"}, None),
    ],
)
def test_the_name_of_a_requirement_is_read(text: object, name: str | None) -> None:
    assert requirement_name(text) == name


@pytest.mark.timeout(60)
def test_a_requirement_of_white_space_does_not_hang() -> None:
    assert requirement_name("a" + "\t" * 200_000 + "$") == "a"
    assert requirement_name("a" + "-" * 200_000 + "$") is None


@pytest.mark.timeout(60)
def test_a_line_of_quotations_that_never_end_does_not_hang() -> None:
    text = '[dependency-groups]\ng = ["a", { a = "\\"=\'", b = \' ' + '\\"' * 100_000 + "' }, 'c']\n"
    assert line_of(text, "a") == '2: "a"'


@pytest.mark.parametrize(
    ("manifest", "end"),
    [
        ("[", "Is the file complete? So "),
        ("project = 1\n[project]", " So "),
        (b"\xff", "is not UTF-8 text (byte 0xff). So "),
    ],
)
@pytest.mark.parametrize("lock", ["uv.lock", "pdm.lock"])
def test_a_manifest_that_cannot_be_read_is_told_in_whole_sentences(lock: str, manifest: str | bytes, end: str) -> None:
    (note,) = inventory({lock: SAMPLES[lock].of((("idna", "3.6"),)), "pyproject.toml": manifest}).notes
    assert end in note
    assert not re.search(r"[?.]\.|[^?.] So ", note)


@pytest.mark.parametrize("lock", ["uv.lock", "poetry.lock", "pylock.toml", "pdm.lock"])
def test_what_a_manifest_declares_for_other_tools_is_told_where_a_lock_is_read(lock: str) -> None:
    manifest = '[tool.hatch.envs.docs]\ndependencies = ["b"]\n'
    found = inventory({lock: SAMPLES[lock].of((("idna", "3.6"),)), "pyproject.toml": manifest})
    assert found.notes == ("pyproject.toml: [tool.hatch.envs.docs] dependencies were not read.",)
