"""A manifest is edited in whatever form it is written, and means afterwards what it is to mean."""

import pytest

from pysentry_hook.errors import UsageError
from pysentry_hook.plan.bounds import respelled
from pysentry_hook.plan.editing import edited

HEAD = "[project]\nname = 'shop'\n"
TEXTS = {"six<2": "six>=2.1,<3"}
OVERRIDE = ("override-dependencies", "six>=2,<3")


def restated(text: str) -> str:
    return edited("pyproject.toml", text.encode(), TEXTS, ()).decode()


def limited(text: str, limit: tuple[str, str] = OVERRIDE) -> str:
    return edited("pyproject.toml", text.encode(), {}, [limit]).decode()


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        (HEAD + 'dependencies = ["{}"]', "six<2", "six>=2.1,<3"),
        (HEAD + "dependencies=[ '{}', 'a' ]\n", "six < 2", "six >= 2.1,< 3"),
        (HEAD + 'optional-dependencies = {{ x = ["{}"] }}\n', "six<2", "six>=2.1,<3"),
        (HEAD + 'optional-dependencies."a.b" = ["{}"]\n', "six (<2)", "six (>=2.1,<3)"),
        ('[dependency-groups]\nx = ["{}", "six<2 "]\ny = ["a"]\n', " six<2", " six>=2.1,<3"),
        ("[tool.uv]\ndev-dependencies = ['''{}''']\n", "six<2", "six>=2.1,<3"),
        ('[tool.pdm.dev-dependencies]\nx = ["-e .", "{}"]\n', "six <2", "six >=2.1,<3"),
    ],
)
def test_a_requirement_is_restated_in_the_form_that_it_has(text: str, before: str, after: str) -> None:
    assert restated(text.format(before)) == text.format(after).replace("six<2 ", "six>=2.1,<3 ")


def test_a_text_that_only_looks_like_the_requirement_stays() -> None:
    more = "description = \"six<2\"\n# 'six<2'\nkeywords = ['six<2']\n[tool.x]\ndependencies = ['six<2']\n"
    assert restated(f'{HEAD}dependencies = ["six<2"]\n{more}') == f'{HEAD}dependencies = ["six>=2.1,<3"]\n{more}'


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (f'{HEAD}dependencies = ["six<3"]\n', "'six<2' is in no list of requirements"),
        (f'{HEAD}dependencies = ["s\\u0069x<2"]\n', "cannot be changed as it is written"),
        (f"{HEAD}dependencies = [six\n", "cannot be edited: "),
        (f'{HEAD}dependencies = ["six<2"] # \udcff\n', "cannot be edited: "),
    ],
)
def test_what_cannot_be_restated_alone_is_refused(text: str, why: str) -> None:
    with pytest.raises(UsageError, match=f"^pyproject.toml: .*{why}"):
        edited("pyproject.toml", text.encode("utf-8", "surrogateescape"), TEXTS, ())


WRITTEN = 'override-dependencies = ["six>=2,<3"]'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (HEAD, f"{HEAD}\n[tool.uv]\n{WRITTEN}\n"),
        ("[tool.uv]", f"[tool.uv]\n{WRITTEN}\n"),
        ("[tool.uv.sources]\n", f"[tool.uv.sources]\n\n[tool.uv]\n{WRITTEN}\n"),
        ("[tool]\nuv = { package = false }\n", f"[tool]\nuv = {{ {WRITTEN}, package = false }}\n"),
        ("tool = { x = 1 }\n", f"tool = {{ uv.{WRITTEN}, x = 1 }}\n"),
        ('x = """\n[tool.uv]\n"""\n[ tool . uv ]\r\n', f'x = """\n[tool.uv]\n"""\n[ tool . uv ]\r\n{WRITTEN}\r\n'),
        ("[tool.uv]\noverride-dependencies = []\n", f"[tool.uv]\n{WRITTEN}\n"),
        ("[tool.uv]\noverride-dependencies = ['Six']\n", f"[tool.uv]\n{WRITTEN}\n"),
        ("tool.uv.override-dependencies = ['six==1', 'six']\n", f"tool.uv.{WRITTEN}\n"),
        ('[tool.uv]\noverride-dependencies = ["a"]\n', f"[tool.uv]\n{WRITTEN}\n".replace('["', '["a", "')),
    ],
)
def test_an_override_is_written_where_uv_reads_it(before: str, after: str) -> None:
    assert limited(before) == after


def test_a_constraint_is_no_override() -> None:
    found = limited("[tool.uv]\noverride-dependencies = ['six']\n", ("constraint-dependencies", "six>=2"))
    assert found == "[tool.uv]\nconstraint-dependencies = [\"six>=2\"]\noverride-dependencies = ['six']\n"


def test_a_table_that_no_line_can_extend_is_refused() -> None:
    with pytest.raises(UsageError, match="cannot be changed without touching more"):
        limited("[tool]\nuv.package = false\n")


@pytest.mark.parametrize("written", ["", "six @ https://h.example/six.zip", "./six", "six["])
def test_what_is_no_requirement_of_an_index_is_not_respelled(written: str) -> None:
    assert respelled(written, "six>=2") is None
