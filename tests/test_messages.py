"""Every error that a user meets says what to do next, by a rule over the table of all messages."""

import re

import pytest

from pysentry_hook import errors
from pysentry_hook.model import Failure
from pysentry_hook.steps import steps
from tests.messages import Message, messages

_VERBS = (
    "add allow apply ask change check commit compare deepen download edit fetch give include install join "
    "leave let lock make mend move name put remove renew resolve restore run save say scan see set take trust type "
    "unset upgrade use wait write"
)
"""How a clause begins that says what to do."""
_LEADS = r"to \w+ |else |first |elsewhere |or |and |then |it |in [\w ]+ "
FORMS = {
    "what to do": rf"(?i)(?:^|[;:.,(] )(?:{_LEADS})?(?:{_VERBS.replace(' ', '|')})\b",
    "what is known": r"known: |\(known|did you mean|there is: |looked for |config schema lists all",
    "an allowed value": r'is neither |is not one of |is not a (?:whole )?number from |is not "fixed"|[;:,] at most ',
    "what is allowed": r"; one is allowed| alone$",
    "an example": r", as \S",
    "a command": r"[;:.(] (?:\w+ ){0,4}(?:pysentry-hook|git|uv|pip|mkdir) ",
    "an option": r"[;:.] (?:[\w' ]+ )?--[a-z]",
    "a question that leads on": r"Is the file complete\?",
}
"""Ways to name the next step."""
RELAYED = re.compile(
    r"^\{[^{}]*\}$|\{(?:error|why|error\.told\(file\.told\)|told|failure|problem|warning|line|message|_told\(reasons\)|start\.summary|step)\}$|\{detail\b[^}]*\}$"
)
"""What is told further as it came: its own line of the table, or the words of another program."""
ERRORS = {name for name in vars(errors) if name.endswith("Error")} | {"NoResolverError"}
LIMIT = "a limit against hostile files, which no project reaches"
WRITTEN = "a person wrote the file: its place and what is wrong there are all that is needed"
UNDONE = "the command has undone itself and says why: nothing is to be cleaned up"
TYPED = "the path is one that was typed in this very command"
EXCEPTIONS = {
    "--config and --no-config exclude each other": "that one of both has to go is what it says",
    "suppressions.{key} is missing: ": "what has to be written is the rest of the sentence",
    "{error} after ": "the cause is another line of the table",
    "plan: {error.path}: {error.detail}, so it": "the cause is another line of the table",
    "git {words[0]} failed: it ended with ": "git said nothing, and nobody knows more",
    "no such f": TYPED,
    "cannot be read: no file can have this name": TYPED,
    "cannot be read: {error.strerror}": "the words of the system, as of a broken disk",
    "declares no dependencies": "the file lists nothing, which is an answer",
    "has more than ": LIMIT,
    "is longer than ": LIMIT,
    "is included more than ": LIMIT,
    "[dependency-groups] is not valid": WRITTEN,
    "the version of {name} is not a string": WRITTEN,
    "has an option that pip does not know": WRITTEN,
    "has a -r without a file": WRITTEN,
    "includes {one_line(value, 80)}, which is not there": WRITTEN,
    "is no requirement: ": WRITTEN,
    "{one_line(text, 60)} is no requirement": WRITTEN,
    "{one_line(key, 60)} is no valid package name": WRITTEN,
    "has no PEP 723 block": WRITTEN,
    "{name}{detail.removeprefix(": "the detail is another line of the table",
    "{'\\n'.join([*told, *(f'  {command}' ": "the commands to type follow, a line each",
    "{name} became ": UNDONE,
    "interrupted by ": UNDONE,
    "not applied: ": UNDONE,
}
"""The beginning of a text without a next step, and why it has none."""


def _has_step(message: Message) -> bool:
    """Whether the text, or the place that tells the error, says what to do next."""
    text = message.text
    if message.kind == "ReportError":
        return "ake one with " in str(errors.ReportError("r.json", text, made="a command"))
    if message.kind == "DynamicError" and errors.DynamicError("pyproject.toml", text).step:
        return True
    if message.kind == "DamagedError" and errors.DamagedError("uv.lock", text).step:
        return True
    if message.kind in {"SourceError", "ResolutionError"} and not message.text.startswith("{error}"):
        return bool(list(steps([_failure(message)])))
    return RELAYED.search(text) is not None or any(re.search(form, text) for form in FORMS.values())


def _failure(message: Message) -> Failure:
    if message.kind == "ResolutionError":
        return Failure("resolver", "uv", None, message.text)
    file = re.match(r"sources/(archive|database|store|remote)|syncing|commands/db", message.module)
    return Failure(
        "source",
        "database" if file else "osv",
        None,
        f"{re.sub(r'HTTP {.*?}', 'HTTP 403', message.text)} (requests 2.30.0)",
    )


def test_every_error_that_a_user_meets_says_what_to_do_next() -> None:
    met = [each for each in messages() if each.kind in ERRORS or each.kind == "ResolutionError"]
    met += [each for each in messages() if each.kind == "ValueError" and each.module.startswith("config/")]
    assert len(met) > 250, "the table has lost messages"
    without = [each for each in met if not _has_step(each)]
    left = [each for each in without if not any(each.text.startswith(text) for text in EXCEPTIONS)]
    assert not left, "\n".join(f"{each.module}:{each.line} {each.kind}: {each.text}" for each in left)
    idle = [text for text in EXCEPTIONS if not any(each.text.startswith(text) for each in without)]
    assert not idle, f"no exceptions any more: {idle}"


@pytest.mark.parametrize(
    ("kind", "text", "has"),
    [
        ("UsageError", "--group: 'x y' is no name", False),
        ("UsageError", "--group: 'x y' is no name, as dev", True),
        ("ConfigError", "{path}: is broken", False),
        ("ConfigError", "{path}: is broken; take it out", True),
        ("InputError", "is broken", False),
        ("DamagedError", "is broken", True),
        ("SourceError", "something else went wrong", False),
        ("SourceError", "HTTP {status}", True),
    ],
)
def test_the_rule_tells_a_text_with_a_next_step_from_one_without(kind: str, text: str, has: bool) -> None:
    assert _has_step(Message(kind, "2", "x.py", 1, text)) is has


def test_the_table_holds_what_is_said_at_each_sort_of_place() -> None:
    found = {(each.kind, each.module) for each in messages()}
    assert {"Failure", "Unchecked", "warning"} < {kind for kind, _ in found}
    assert {
        ("UsageError", "config/words.py"),
        ("ConfigError", "config/statements.py"),
        ("ValueError", "config/kinds.py"),
        ("DamagedError", "inputs/documents.py"),
        ("SourceError", "http/__init__.py"),
        ("RepositoryError", "tree/git.py"),
        ("ResolutionError", "resolvers/process.py"),
        ("ReportError", "commands/running.py"),
        ("DatabaseError", "commands/db.py"),
        ("OutputError", "output.py"),
        ("NotAppliedError", "plan/applying.py"),
        ("warning", "cache/__init__.py"),
        ("warning", "cli.py"),
    } <= found
