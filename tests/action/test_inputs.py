"""The inputs of the Action: what they mean on the command line, and which have no meaning."""

from pathlib import Path

import pytest
import yaml

from pysentry_hook.commands.action.given import Given, given, slug
from pysentry_hook.errors import UsageError

ACTION = yaml.safe_load((Path(__file__).parents[2] / "action.yml").read_text(encoding="utf-8"))


def said(**inputs: str) -> Given:
    return given({f"INPUT_{name.upper()}": value for name, value in inputs.items()})


def test_every_input_reaches_the_plan_by_its_name_and_is_described() -> None:
    (plan,) = [step for step in ACTION["runs"]["steps"] if step["id"] == "plan"]
    passed = {name: value for name, value in plan["env"].items() if name.startswith("INPUT_")}
    assert passed == {
        f"INPUT_{name.upper().replace('-', '_')}": f"${{{{ inputs.{name} }}}}" for name in ACTION["inputs"]
    }
    assert all(entry["description"] for entry in (*ACTION["inputs"].values(), *ACTION["outputs"].values()))


def test_no_input_stands_in_a_script() -> None:
    assert not [step["id"] for step in ACTION["runs"]["steps"] if "${{" in step.get("run", "")]


def test_an_input_becomes_one_word_whatever_it_holds() -> None:
    words = said(gate="--config=x", paths='"; rm -rf /\n--all\n\n::set-output name=x::y').words
    assert words == ("--gate=--config=x", "--", '"; rm -rf /', "--all", "::set-output name=x::y")


def test_lists_are_taken_by_lines_and_commas_and_args_as_a_shell_splits_them() -> None:
    words = said(sources="osv, pypa", groups="dev\ndocs", requirements="a.txt\nb c.txt", args="--ignore 'A B'").words
    assert words == (
        "--sources=osv", "--sources=pypa", "--group=dev", "--group=docs", "--ignore", "A B",
        "--requirements=a.txt", "--requirements=b c.txt",
    )  # fmt: skip


def test_switches_are_on_where_they_say_true() -> None:
    assert said(recursive="TRUE", offline="false", exclude_extra="true").words == ("--recursive", "--exclude-extra")


@pytest.mark.parametrize(
    ("inputs", "told"),
    [
        (
            {"upload_sarif": "ture"},
            "input upload-sarif: 'ture' is unknown (did you mean true?); known: auto, true, false",
        ),
        ({"summary": "1\nx"}, "input summary: '1 x' is unknown; known: false, true"),
        ({"policy_from": "main"}, "input policy-from: 'main' is unknown"),
        ({"args": "'"}, "input args: No closing quotation"),
        ({"paths": "a", "requirements": "r.txt"}, "input requirements replaces discovery"),
    ],
)
def test_an_input_without_meaning_is_named(inputs: dict[str, str], told: str) -> None:
    with pytest.raises(UsageError) as caught:
        said(**inputs)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("inputs", "category"),
    [
        ({}, "pysentry-hook"),
        ({"paths": "."}, "pysentry-hook"),
        ({"paths": "./services/api/"}, "pysentry-hook:services/api"),
        ({"paths": "b\na"}, "pysentry-hook:a+b"),
        ({"requirements": "requirements/dev.txt"}, "pysentry-hook:requirements/dev.txt"),
        ({"paths": "a", "category": "mine"}, "mine"),
    ],
)
def test_the_category_comes_from_the_paths(inputs: dict[str, str], category: str) -> None:
    assert said(**inputs).category == category


def test_long_lists_of_paths_have_short_categories_that_differ() -> None:
    many = [f"services/a-rather-long-name-{number}" for number in range(30)]
    categories = {said(paths="\n".join(paths)).category for paths in (many, many[:-1], many[1:])}
    assert len(categories) == 3
    assert all(len(category) < 110 for category in categories)


def test_artifacts_of_different_categories_have_names_that_differ_and_that_github_takes() -> None:
    categories = ["pysentry-hook", "pysentry-hook:a/b", "pysentry-hook:a-b", 'x":<>|*?\r\n\\/', "é", ""]
    names = [slug(category) for category in categories]
    assert len(set(names)) == len(names)
    assert not set("".join(names)) & set('":<>|*?\r\n\\/')
