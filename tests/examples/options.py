"""The page of what decides, each option in one shape: `python -m tests.examples.options` writes it."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from pysentry_hook.config.guide import GUIDE, example
from pysentry_hook.config.keys import BRANCHES, EXTENDS, GATE_KEYS, GROUP, KEYS, NEEDED, SUPPRESSION_KEYS, Key
from pysentry_hook.policy.gates import BUILT_IN, DEFAULT, told

PAGE = Path(__file__).parents[2] / "examples" / "policies" / "README.md"
"""Whatever shows the folder shows it."""

SECTIONS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "What blocks": (
        "In `[defaults]` these hold for every gate, in `[gates.NAME]` for one.",
        (*GATE_KEYS, "groups.NAME.fail_on", "gates.NAME.groups.NAME.fail_on"),
    ),
    "Which gate judges, and who may say so": (
        "What is written in capitals is for a run: a variable of its environment, or an option of the command.",
        ("branches", "extends", "gate", "against", "policy_from", "policy_floor"),
    ),
    "What makes an audit complete": ("", ("sources.required",)),
    "Accepted risks": (
        "A table `[[suppressions]]` for each; `pysentry-hook suppressions add` writes one. It stays in every report.",
        tuple(f"suppressions.{name}" for name in SUPPRESSION_KEYS),
    ),
    "Accepted without a reason": (
        "As pysentry has it; reports say that no reason was given.",
        tuple(name for name in KEYS if name.startswith("ignore.")),
    ),
    "Projects that nobody looks after": (
        "The status that the index tells of a project (PEP 792).",
        tuple(name for name in KEYS if name.startswith("maintenance.")),
    ),
}
"""The options in the order of the page, with what is said of all in a section."""


HEAD = """\
# What decides

Every option of the policy: what it does, why somebody would set it, what holds where nobody does, and an example for
`.pysentry-hook.toml` (in `pyproject.toml` each table begins with `tool.pysentry-hook.`). Malware blocks in every gate,
whatever is set; only a suppression with package and version covers it. The built-in gates are `default` (the bare
command), `commit` and `push` (the hooks) and `change` (pull requests and merge queues). What holds in a project, and
why: `pysentry-hook config show`. A whole policy: [old-findings.toml](old-findings.toml)."""


def page() -> str:
    """The whole page."""
    return "\n".join(_page()) + "\n"


def _page() -> Iterator[str]:
    yield HEAD
    for title, (said, names) in SECTIONS.items():
        yield from ("", f"## {title}")
        if said:
            yield from ("", said)
        for name in names:
            yield from _option(name)
    yield ""
    yield "This page is made: `python -m tests.examples.options`."


def _option(name: str) -> Iterator[str]:
    what, default = described(name)
    yield from ("", f"### {name}", "")
    yield f"* What: {what}"
    yield f"* Why: {GUIDE[name].why}"
    yield f"* Default: {default}"
    yield from ("", f"```{'sh' if name in KEYS and not KEYS[name].in_files else 'toml'}", example(name), "```")


def described(name: str) -> tuple[str, str]:
    """What an option does, and what holds where nobody says it."""
    table, _, last = name.rpartition(".")
    if table == "suppressions":
        return SUPPRESSION_KEYS[last], "none: it has to be there" if last in NEEDED else "not set"
    key = _key(name)
    what, _, default = key.what.removesuffix(".").partition("; default: ")
    return f"{what}.", "; ".join((default or (f"`{key.default}`" if key.default else "not set"), *_built_in(name)))


def _key(name: str) -> Key:
    if name.endswith("groups.NAME.fail_on"):
        return GROUP
    return {**GATE_KEYS, "branches": BRANCHES, "extends": EXTENDS}.get(name) or KEYS[name]


def _built_in(name: str) -> Iterator[str]:
    """What built-in gates say themselves."""
    said: dict[str, list[str]] = {}
    for gate, keys in BUILT_IN.items():
        if name in keys and keys[name] != BUILT_IN[DEFAULT][name]:
            value = keys[name]
            said.setdefault(f'"{value}"' if isinstance(value, str) else told(value), []).append(f"`{gate}`")
    for value, gates in said.items():
        yield f"in {' and '.join(gates)} `{value}`"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
