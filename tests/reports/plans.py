"""Make plans for the tests of their formats: only what matters is spelled."""

from dataclasses import replace

from packaging.version import Version

from pysentry_hook.model import Failure, NormalizedName, Severity, normalize
from pysentry_hook.proposal import Change, Edit, Held, Kind, Move, Plan, Seen, Tally
from tests.builders import a_plan
from tests.reports.facts import SILENT


def a_move(package: str, before: str | None, after: str | None, change: Kind | None = None) -> Move:
    """A package that goes from some versions to others, with commas between several; None for none."""
    return Move(normalize(package), _versions(before), _versions(after), change)


def _versions(text: str | None) -> tuple[Version, ...]:
    return tuple(Version(each) for each in text.split(", ")) if text else ()


def a_seen(
    identifier: str = "CVE-2099-0001",
    package: str = "requests",
    version: str = "2.30.0",
    severity: Severity | None = Severity.HIGH,
) -> Seen:
    return Seen(normalize(package), Version(version), identifier, severity)


def a_change(package: str = "requests", kind: Kind = Kind.REFRESH, *edits: Edit) -> Change:
    return Change(kind=kind, package=normalize(package), ask=f"{package}>=2.32.4", edits=edits)


def held(seen: Seen, reason: str = "no fixed version is known", *chain: str, exception: str | None = None) -> Held:
    return Held(seen, reason, chain, exception)


CHAIN = (
    "lxml 4.9.0 is held by redshift-connector 2.1.1 (lxml<5); the first redshift-connector that allows lxml>=5 is 2.1.5"
)
EXCEPTION = '[tool.uv] exclude-newer-package = { idna = "2026-11-22T13:02:05Z" }'
RICH = a_plan(
    a_change(),
    a_change(
        "flask",
        Kind.UPPER_BOUND,
        Edit(0, "pyproject.toml", 9, "flask<2.1", "flask>=2.2.5,<2.3"),
        Edit(3, "web/pyproject.toml", 4, "flask", "flask>=2.2.5"),
    ),
    replace(a_change("starlette", Kind.OVERRIDE), against=("fastapi 0.1 (starlette<1)",)),
    before=Tally(20, 14, 3, 1),
    after=Tally(8, 4, 3, 1),
    moves=(
        a_move("blinker", None, "1.6"),
        a_move("flask", "2.0", "2.2.5", Kind.UPPER_BOUND),
        a_move("jinja2", "3.1.1", "3.1.2"),
        a_move("numpy", "1.24, 2.0", "1.26, 2.1"),
        a_move("requests", "2.30.0", "2.32.4", Kind.REFRESH),
        a_move("six", "1.16.0", None),
        a_move("starlette", "0.47", "1.3.1", Kind.OVERRIDE),
        a_move("werkzeug", "2.0", "3.0.1"),
    ),
    cleared=(
        a_seen("CVE-2099-0007", "flask", "2.0", Severity.LOW),
        a_seen("CVE-2099-0002", severity=Severity.LOW),
        a_seen("CVE-2099-0001"),
        a_seen("CVE-2099-0009", "starlette", "0.47", None),
        a_seen("CVE-2099-0010", "werkzeug", "2.0"),
    ),
    held=(
        held(a_seen("CVE-2099-0020", "idna", "3.4", Severity.LOW), "a cooldown", exception=EXCEPTION),
        held(a_seen("CVE-2099-0021", "lxml", "4.9.0", Severity.LOW), "no version fits", CHAIN, "lxml is old"),
        held(a_seen("CVE-2099-0022", "lxml", "4.9.0", Severity.CRITICAL), "no version fits", CHAIN, "lxml is old"),
    ),
    introduced=(a_seen("CVE-2099-0030", "werkzeug", "3.0.1", None),),
    commands=("# pyproject.toml:9: write 'flask>=2.2.5,<2.3' for 'flask<2.1'", "uv lock --upgrade-package flask"),
    notes=("acme-core stays as it is",),
    limits=("smallest found, not the smallest there is", "nothing was installed"),
)
NOTHING = a_plan(
    changes=(), moves=(), cleared=(), commands=(), runs=0, before=Tally(3, 0, 3, 0), after=Tally(3, 0, 3, 0)
)
HELD = replace(
    NOTHING,
    before=Tally(3, 1, 2, 0),
    after=Tally(3, 1, 2, 0),
    held=(held(a_seen()),),
)
PLANS = {
    "one": a_plan(),
    "rich": RICH,
    "nothing": NOTHING,
    "held": HELD,
    "translated": a_plan(path="api/poetry.lock", format="poetry.lock", tool="Poetry", commands=("poetry lock",)),
    "incomplete": a_plan(complete=False, failures=(SILENT,)),
    "nothing known": replace(NOTHING, complete=False, failures=(SILENT,)),
    "no resolution": replace(HELD, complete=False, failures=(Failure("resolver", "uv", "uv.lock", "uv: no"),)),
    "further source": a_plan(failures=(SILENT,)),
    "applied": a_plan(applied=True),
    "lock alone": a_plan(changes=(), commands=("uv lock",)),
}
"""Plans of every kind, by what they are about."""


def filled(text: str) -> Plan:
    """A plan that says a text wherever others have a say: names, requirements, paths, reasons, commands."""
    name = NormalizedName(text)
    seen = Seen(name, Version("1.0"), text, Severity.HIGH)
    edit = Edit(0, text, 9, text, text)
    other = Seen(NormalizedName(f"{text}2"), Version("1.0"), text, None)
    return a_plan(
        Change(kind=Kind.UPPER_BOUND, package=name, ask=text, edits=(edit, edit)),
        Change(kind=Kind.OVERRIDE, package=normalize("idna"), ask=text, against=(text, text)),
        path=f"{text}/{text}",
        format=text,
        tool=text,
        resolver=text,
        gates=(text, text),
        failures=(Failure("source", text, None, text), Failure("input", text, text, text)),
        moves=(
            Move(name, (Version("1.0"),), (Version("2.0"),), Kind.UPPER_BOUND),
            Move(NormalizedName(f"{text}2"), (Version("1.0"),), (Version("2.0"),), None),
            Move(NormalizedName(f"{text}3"), (), (Version("2.0"),), None),
            Move(NormalizedName(f"{text}4"), (Version("2.0"),), (), None),
        ),
        before=Tally(4, 4, 0, 0),
        after=Tally(2, 2, 0, 0),
        cleared=(seen, other),
        introduced=(seen,),
        held=(Held(seen, text, (), text), Held(other, text, (text, text), None)),
        commands=(text, f"# {text}"),
        notes=(text,),
        limits=(text,),
    )
