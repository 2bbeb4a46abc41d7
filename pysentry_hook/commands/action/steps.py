"""The steps of the Action: each reads what the first of them planned, and tells the later ones by its outputs."""

from collections.abc import Callable, Mapping
from pathlib import Path

from pysentry_hook.commands.action.event import event
from pysentry_hook.commands.action.given import AUTO, FALSE, TRUE
from pysentry_hook.commands.action.planning import Plan, make_plan, read_plan
from pysentry_hook.commands.action.results import JSON, MARKDOWN, SARIF, Result
from pysentry_hook.commands.action.runner import annotate, output, run, say, summary
from pysentry_hook.commands.action.uploading import takes_uploads
from pysentry_hook.config.variables import variable

Environment = Mapping[str, str]

_ANNOTATIONS = "annotations.txt"
_FORMATS = {"json": JSON, "sarif": SARIF, "markdown": MARKDOWN, "github": _ANNOTATIONS}


def plan(environment: Environment) -> int:
    """Decide what the other steps work with: folder, baseline, policy, category, cache."""
    made = make_plan(environment, Path.cwd())
    output({
        "plan": made.save(),
        "category": made.category,
        "artifact-name": made.artifact_name,
        "cache-path": made.cache_path,
        "cache-key": made.cache_key,
        "cache-restore-key": made.cache_restore_key,
        "cache-restore": made.cache_restore,
        "cache-save": made.cache_save,
    })  # fmt: skip
    return 0


def scan(environment: Environment) -> int:
    """Scan once, write every report, and set the outputs; the exit code is an output too, this step's is 0."""
    made = read_plan(environment)
    folder = Path(made.folder)
    words = [part for name, file in _FORMATS.items() for part in (f"--format={name}", f"--output={folder / file}")]
    words += ["--format=human"]
    words += [f"--against={made.against}"] if made.against else []
    words += [f"--policy-from={made.policy_from}"] if made.policy_from else []
    code, errors = run([*words, *made.words], {variable("cache.dir"): made.cache_path})
    result = Result.write(folder, code, errors)
    output(result.outputs())
    return 0


def tell(environment: Environment) -> int:
    """Write the job summary and the annotations; where nothing was judged, the errors."""
    made = read_plan(environment)
    folder, result = Path(made.folder), Result.read(Path(made.folder))
    if made.summary:
        if (folder / MARKDOWN).is_file():
            summary((folder / MARKDOWN).read_text(encoding="utf-8") + "\n")
        if not result.is_judged:
            summary("### pysentry-hook: an error\n\n" + "".join(f"    {line}\n" for line in result.errors) + "\n")
    if made.annotations and (folder / _ANNOTATIONS).is_file():
        say((folder / _ANNOTATIONS).read_text(encoding="utf-8"))
    if not result.is_judged:
        annotate("error", "pysentry-hook: an error", "\n".join(result.errors) or "the log of the scan says more")
    return 0


def ask(environment: Environment) -> int:
    """Decide whether the SARIF is uploaded and which reports become an artifact; 1 where `true` cannot be done."""
    made, occasion = read_plan(environment), event(environment)
    result = Result.read(Path(made.folder))
    takes, refused = False, ""
    if made.upload == FALSE:
        say("Nothing is uploaded to code scanning: upload-sarif is false.")
    elif not result.has(SARIF) or not result.is_judged:
        say("Nothing is uploaded to code scanning: nothing was judged.")
    elif not result.is_complete:
        _nothing_uploaded("warning", "the audit is incomplete, so no alert was closed", made)
    else:
        takes, why = takes_uploads(occasion, environment, environment.get("INPUT_TOKEN", ""))
        if takes and why:
            annotate("notice", "pysentry-hook: code scanning", why)
        if not takes:
            refused = why
            _nothing_uploaded("error" if made.upload == TRUE else "notice", why, made)
    wanted = made.artifact == TRUE or (made.artifact == AUTO and (bool(refused) or not occasion.is_change))
    kept = result.files(*((JSON, SARIF, MARKDOWN) if refused else (JSON,))) if wanted else []
    output({"upload": takes, "artifact": bool(kept), "artifact-files": "\n".join(map(str, kept))})
    return 1 if refused and made.upload == TRUE else 0


def _nothing_uploaded(level: str, why: str, made: Plan) -> None:
    """Say once why code scanning gets nothing, in the log and in the summary."""
    told = f"Nothing was uploaded to code scanning: {why}."
    annotate(level, "pysentry-hook: nothing was uploaded", told)
    if made.summary:
        summary(f"{told}\n")


def judge(environment: Environment) -> int:
    """Give the verdict from the same report, last: nothing that comes before depends on it."""
    result = Result.read(Path(read_plan(environment).folder))
    if environment.get("UPLOAD_OUTCOME") == "failure":
        told = "The upload to code scanning failed: see its step. It needs permissions: {security-events: write}"
        annotate("error", "pysentry-hook: the upload failed", told)
    if result.report is None or not result.is_judged:
        say(f"Nothing was judged, or not all that was named could be read. Exit {result.code}.")
        return result.code or 2
    # in the folder of the report, so that the commands that it prints are right where its artifact is unpacked
    code, _ = run(["gate", f"--report={JSON}", f"--date={result.report['gate']['date']}"], folder=result.folder)
    return code


STEPS: Mapping[str, Callable[[Environment], int]] = {
    "plan": plan,
    "scan": scan,
    "tell": tell,
    "ask": ask,
    "judge": judge,
}
"""Every step by its name in action.yml, in their order."""
