"""What affects each version, and what to upgrade to: worked out from the answers, or known from before."""

from collections.abc import Iterable

from pysentry_hook.advisories import Vulnerability
from pysentry_hook.asking import Answers, Asker
from pysentry_hook.learnt import Judged, Learnt, learn
from pysentry_hook.matching import Knowledge
from pysentry_hook.memory import Memory
from pysentry_hook.model import Package
from pysentry_hook.upgrades import candidates, find_upgrades


def judged(
    packages: Iterable[Package], answers: Answers, knowledge: Knowledge, asker: Asker, learnt: Learnt | None
) -> dict[Package, tuple[Judged, ...]]:
    """Return the vulnerabilities of each version, by id, with the version that is free of each; each is judged once."""
    before: dict[Package, tuple[Judged, ...]] = {}
    new: dict[Package, list[Vulnerability]] = {}
    for package in packages:
        if package in answers.never_matched:
            continue
        if learnt and package.name in answers.known:
            before[package] = learnt.pages[package.name].affected.get(package.version, ())
        elif package not in new:
            new[package] = knowledge.vulnerabilities(package)
    wanted = {
        (package, vulnerability.id): candidates(package, vulnerability)
        for package, vulnerabilities in new.items()
        for vulnerability in vulnerabilities
        if not vulnerability.malware
    }
    upgrades = find_upgrades(answers.advisories, wanted, asker.ask_candidates)
    return before | {
        package: tuple(Judged(each, upgrades.get((package, each.id))) for each in vulnerabilities)
        for package, vulnerabilities in new.items()
    }


def remember(
    memory: Memory, learnt: Learnt | None, answers: Answers, asker: Asker, found: dict[Package, tuple[Judged, ...]]
) -> None:
    """Keep what was learnt, unless nothing is new, something failed or an answer is about to change."""
    replies = {reply.source: reply.answer for reply in answers.replies}
    unsure = asker.failed or answers.failures or any(answer.unsettled for answer in replies.values())
    if unsure or answers.known == answers.by_name.keys():
        return
    memory.keep(learn(learnt, answers.known, answers.by_name, replies, answers.statuses, found, asker.oldest))
