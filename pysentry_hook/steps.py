"""What to do where something outside gave no answer: one line for each sort of cause, for every report."""

import re
from collections.abc import Iterable, Iterator

from pysentry_hook.model import Failure

MARK = "Next: "
"""How such a line begins."""
WARNING = "warning: "
"""How a hint begins that nobody may miss."""
_AGED = "older answers were used"
_SOURCE = (
    (
        r"--offline",
        "leave --offline out, or name a database: --advisory-db FILE (pysentry-hook db sync FILE makes one)",
    ),
    (
        r"TLS failed",
        "name your network's certificates: REQUESTS_CA_BUNDLE=FILE, or SSL_CERT_FILE=FILE where no other is set",
    ),
    (r"the proxy failed|proxy's makes no sense", "check HTTPS_PROXY and NO_PROXY"),
    (
        r"the connection failed|no connection in time",
        "check the network and HTTPS_PROXY, or use a database: --advisory-db FILE",
    ),
    (r"no answer in time", "run it again, or wait longer: PYSENTRY_HOOK_HTTP_TIMEOUT=60"),
    (
        r"the time for all requests",
        "run it again: answers are remembered; or give more: PYSENTRY_HOOK_HTTP_DEADLINE=600",
    ),
    (r"HTTP 429", "run it again later, and ask less at once: PYSENTRY_HOOK_HTTP_MAX_CONCURRENT=4"),
    (r"HTTP 4\d\d|larger than", "check the address: --service-url SOURCE=URL"),
    (r"HTTP 5\d\d|a broken answer|run again|changed", "run it again later; the service has trouble"),
)
_DATABASE = (
    (r"SHA-256", "do not trust it; ask for the digest of the database that you want"),
    (
        r"https?://.*(?:HTTP \d|tries|1 try)",
        "check the address and the network, or make one: pysentry-hook db sync FILE",
    ),
    (r"", "make it anew: pysentry-hook db sync FILE"),
)
_UNKNOWN = "mend its name, or name the index that has it in your own configuration (UV_INDEX, PIP_EXTRA_INDEX_URL)"
_RESOLVER = (
    (r"quarantined by the index", "do not install it; take another project until the index lets it go"),
    (r"did not end within", "give it more time: PYSENTRY_HOOK_RESOLVER_TIMEOUT=600"),
    (r"disk that holds temporary folders", "make room there, or name another folder: TMPDIR"),
    (r"usable wheels|from source is disabled|--no-build|only-binary", "let it run build code: --allow-build"),
    (r"resolve offline|--offline|network was disabled", "leave --offline (UV_OFFLINE) out, or lock the project first"),
    (r"running Python", "take uv: --resolver uv"),
    (r"was not found in", _UNKNOWN),
    (r"from versions: none", f"{_UNKNOWN}; where it has no wheel: --allow-build"),
    (r"Because |conflicting|Cannot install|satisfies the requirement", "change one of the requirements that it names"),
    (r"Failed to fetch", "check the network, HTTPS_PROXY and the index that it names, or lock the project first"),
    (r"the time for a plan", "give it more time: PYSENTRY_HOOK_RESOLVER_DEADLINE=3600"),
)
_OTHERWISE = {
    False: "lock the project and scan the lock, or accept it: --no-resolver",
    True: "mend the input until its own tool can lock it, and plan again",
}
"""What helps where a resolution failed for another reason, by whether that was for a plan."""


def steps(failures: Iterable[Failure], *, planned: bool = False) -> Iterator[str]:
    """One line for each thing to do, in the order of the failures of a scan or plan; what needs nothing has none."""
    told = (_step(failure, planned=planned) for failure in failures)
    yield from dict.fromkeys(f"{MARK}{step}" for step in told if step)


def _step(failure: Failure, *, planned: bool) -> str | None:
    if failure.kind not in {"source", "resolver"} or _AGED in failure.detail:
        return None
    if failure.kind == "resolver":
        return _first(_RESOLVER, failure.detail) or _OTHERWISE[planned]
    detail = failure.detail.rpartition(" (")[0] or failure.detail  # without the packages that it names
    return _first(_DATABASE if failure.name == "database" else _SOURCE, detail)


def _first(table: Iterable[tuple[str, str]], detail: str) -> str | None:
    return next((step for cause, step in table if re.search(cause, detail)), None)
