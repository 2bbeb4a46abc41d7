"""Two hundred scans at once share one cache: all tell the same, and none says a word about the others."""

from pathlib import Path
from threading import Barrier

import pytest

from tests.builders import a_record, a_uv_lock
from tests.forked import Ended, Forks, forking
from tests.upstream import Fault, Upstream

pytestmark = [forking, pytest.mark.unmeasured]  # other tests measure what these run

SCANS, NEW = 200, 20
NAMES = ("flask", "jinja2", "requests")
RECORDS = [
    a_record(f"{kind}-{number}", name, fixed="9")
    for kind in ("PYSEC-2099", "GHSA-aaaa-bbbb")
    for number, name in enumerate(NAMES)
]


def at_once(forks: Forks, *words: object) -> list[Ended]:
    """The ends of two hundred scans that began together, some of them in interpreters of their own."""
    begun = [forks.start(*words, held=True, anew=number < NEW) for number in range(SCANS)]
    forks.release()
    return [scan.wait() for scan in begun]


def test_two_hundred_scans_share_one_cache(forks: Forks, tmp_path: Path) -> None:
    (tmp_path / "uv.lock").write_text(a_uv_lock(*((name, "1.0") for name in NAMES)), encoding="utf-8")
    with Upstream(RECORDS, faults=[Fault("/v1/querybatch", "together", first=SCANS)]) as upstream:
        upstream.together = Barrier(SCANS)
        words = ("report", tmp_path / "uv.lock", "-f", "json", *upstream.options)
        cold = at_once(forks, *words)
        alone = forks.run(*words, "--no-cache").report("as_of")
        upstream.forget()
        warm = at_once(forks, *words)
        assert upstream.requests == []
        offline = forks.run(*words, "--offline")
    assert len(alone["findings"]) == len(RECORDS)
    for ended in (*cold, *warm, offline):
        assert (ended.code, ended.err) == (0, "")
        assert ended.report("as_of") == alone
    assert all(ended.report() == offline.report() for ended in warm)
    folder = tmp_path / "cache" / "v1"
    assert sorted(path.name for path in folder.iterdir()) == ["answers", "archives", "notes"]
    assert [path.suffix for path in (folder / "archives").iterdir()] == [".zip"]
