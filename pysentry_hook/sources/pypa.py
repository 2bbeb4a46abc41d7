"""The PyPA advisory database, https://github.com/pypa/advisory-database, as one archive."""

from collections.abc import Sequence

from pysentry_hook.advisories import AdvisoryData, SourceAnswer
from pysentry_hook.errors import SourceError
from pysentry_hook.model import Failure, Package
from pysentry_hook.sources.archive import Archive
from pysentry_hook.sources.context import Context
from pysentry_hook.sources.remote import Remote
from pysentry_hook.text import without_credentials


class Pypa:
    """The archive, loaded again only when its ETag changed; no name leaves the machine."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._remote = Remote(context, "pypa")

    def ask(self, packages: Sequence[Package]) -> SourceAnswer:
        """Return every record about these packages, whatever versions it affects."""
        try:
            digest, stored = self._remote.current()
            content, cache = self._remote.content, self._context.cache
            archive = Archive(digest, lambda: content(digest), cache, source="pypa", stored=stored)
            with self._remote.reading():
                found = archive.records(package.name for package in packages)
        except SourceError as error:
            return self._failed(str(error))
        data = AdvisoryData(
            source="pypa",
            kind="archive",
            url=without_credentials(self._context.url),
            revision=f"sha256:{digest[:16]}",
            as_of=self._context.as_of(stored),
            stale=self._context.is_stale(stored),
            damaged_records=(),
        )
        return found.answer(packages, data, self._remote.trouble)

    def _failed(self, cause: str) -> SourceAnswer:
        url = without_credentials(self._context.url)
        data = AdvisoryData("pypa", "archive", url, None, None, stale=False, damaged_records=())
        failure = Failure("source", "pypa", None, f"{cause} (the archive, so every package)")
        return SourceAnswer(data=data, advisories=(), answered=frozenset(), unknown={}, failures=(failure,))
