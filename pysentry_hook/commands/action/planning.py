"""Decide once, from the inputs and the event, what the steps of the Action work with."""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from pysentry_hook.commands.action.event import Event, base, event
from pysentry_hook.commands.action.fetching import fetched
from pysentry_hook.commands.action.given import AUTO, BASE, Given, given, slug
from pysentry_hook.commands.action.runner import annotate, say
from pysentry_hook.errors import UsageError

_PLAN = "plan.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What was decided, in plain values."""

    folder: str
    """Where the reports of this call go; a second call in the same job has another."""
    words: tuple[str, ...]
    """The options and paths of the scan that the inputs name."""
    against: str
    policy_from: str
    upload: str
    category: str
    artifact: str
    artifact_name: str
    summary: bool
    annotations: bool
    cache_path: str
    cache_key: str
    cache_restore_key: str
    cache_restore: bool
    cache_save: bool

    def save(self) -> Path:
        """Keep it for the next steps; return the file."""
        path = Path(self.folder, _PLAN)
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")
        return path


def read_plan(environment: Mapping[str, str]) -> Plan:
    """Read the plan that the first step made."""
    try:
        return Plan(**json.loads(Path(environment["PLAN"]).read_text(encoding="utf-8")))
    except (KeyError, OSError, ValueError, TypeError) as error:
        raise UsageError(f"PLAN names no plan ({error!r}): run the step plan first") from error


def make_plan(environment: Mapping[str, str], root: Path) -> Plan:
    """Return the plan for the workspace at `root`; a base that is not there is fetched."""
    inputs, occasion = given(environment), event(environment)
    if not any(root.iterdir()):
        raise UsageError("there is nothing in the workspace: put actions/checkout before this step")
    temporary = environment.get("RUNNER_TEMP") or tempfile.gettempdir()
    against, commit = _baseline(inputs, occasion, root, environment)
    name = slug(inputs.category)
    call = sha256(f"{environment.get('GITHUB_JOB')} {name}".encode()).hexdigest()[:8]
    key = f"pysentry-hook-{environment.get('RUNNER_OS')}-{call}-"
    return Plan(
        folder=tempfile.mkdtemp(prefix="pysentry-hook-", dir=temporary),
        words=inputs.words,
        against=against,
        policy_from=_policy_from(inputs, occasion, commit),
        upload=inputs.upload,
        category=inputs.category,
        artifact=inputs.artifact,
        artifact_name=f"{name}-{call}-{environment.get('JOB_INDEX') or 0}",
        summary=inputs.summary,
        annotations=inputs.annotations,
        cache_path=str(Path(temporary, "pysentry-hook-cache")),
        cache_key=f"{key}{datetime.now(UTC).date()}",
        cache_restore_key=key,
        cache_restore=inputs.cache and occasion.reads_cache,
        cache_save=inputs.cache and occasion.fills_cache,
    )


def _baseline(inputs: Given, occasion: Event, root: Path, environment: Mapping[str, str]) -> tuple[str, str]:
    """What findings are compared with, and the base of the change; a commit that is not here is fetched."""
    found = base(occasion, root)
    if occasion.is_change and found is None:
        annotate("warning", "pysentry-hook: no base", "The event names no base, so everything is judged as new.")
    token = environment.get("INPUT_TOKEN", "")

    def known(name: str) -> str:
        here = fetched(root, name, environment, token)
        if here.problem:
            annotate("warning", "pysentry-hook: no baseline", f"{name} cannot be fetched: {here.problem}")
        return here.name

    commit = known(found.commit) if found else ""
    if inputs.against:
        return known(inputs.against), commit
    if found:
        say(f"Compared with {found.commit}, {found.why}.")
    return commit, commit


def _policy_from(inputs: Given, occasion: Event, commit: str) -> str:
    """The commit whose configuration counts; empty where that is what was checked out."""
    if inputs.policy_from != BASE and not (inputs.policy_from == AUTO and occasion.is_fork):
        return ""
    if not commit and occasion.is_change:
        raise UsageError(
            "the base of this change is not known, so there is no policy of it; check out with fetch-depth: 0"
        )
    if commit:
        say(f"The policy is read from {commit}.")
    return commit
