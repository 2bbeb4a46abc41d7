"""Where a package comes from decides which services may be told its name.

PyPI, the built-in public mirrors and the declared ones serve what everybody can see; the name of
what comes from anywhere else may be a secret and is sent to nobody.
"""

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from pysentry_hook.model import Dependency, NormalizedName, normalize

PUBLIC = (
    "https://pypi.org/simple",
    "https://pypi.python.org/simple",
    "https://pypi.python.org/pypi",
    "https://files.pythonhosted.org",
    "https://download.pytorch.org/whl",
    "https://www.piwheels.org/simple",
    "https://mirrors.aliyun.com/pypi/simple",
    "https://mirrors.cloud.tencent.com/pypi/simple",
    "https://mirrors.huaweicloud.com/repository/pypi/simple",
    "https://mirrors.ustc.edu.cn/pypi/simple",
    "https://pypi.mirrors.ustc.edu.cn/simple",
    "https://pypi.tuna.tsinghua.edu.cn/simple",
    "https://mirrors.tuna.tsinghua.edu.cn/pypi/web/simple",
    "https://pypi.doubanio.com/simple",
)
"""Indexes that serve public packages only."""

_SCHEMES = ("https://", "http://")
_ODD = re.compile(r"[\\\s\x00-\x1f\x7f]")


class Permission:
    """Decides for one run, by the declared mirrors, private names and the user's own index."""

    def __init__(self, mirrors: Sequence[str], private: Sequence[str], otherwise: Sequence[str]) -> None:
        self._mirrors = {_comparable(url) for url in mirrors}
        self._private = tuple(normalize(pattern) for pattern in private)
        self._otherwise = tuple(otherwise)
        self._known: dict[str, bool] = {}

    def is_private(self, dependency: Dependency) -> bool:
        """Whether the name is declared private: never sent and never matched."""
        return self.is_private_name(dependency.name)

    def is_private_name(self, name: NormalizedName) -> bool:
        """Whether a name is declared private."""
        return any(fnmatchcase(name, pattern) for pattern in self._private)

    def may_send(self, name: NormalizedName, indexes: Sequence[str]) -> bool:
        """Whether a public service may be told a name that comes from these indexes; () for the user's own."""
        return not self.is_private_name(name) and all(map(self._is_public, indexes or self._otherwise))

    def unknown_index(self, dependency: Dependency) -> str | None:
        """The first index of a dependency that is not known to be public, None where all are."""
        indexes = dependency.indexes or self._otherwise
        return next((url for url in indexes if not self._is_public(url)), None)

    def untrusted(self, indexes: Sequence[str]) -> str | None:
        """The first index that no resolver may be led to, None if there is none.

        It may be led to those of the user's own configuration, and over TLS to the public ones.
        """
        own = {*map(_comparable, self._otherwise), *self._mirrors}

        def may_lead(url: str) -> bool:
            return _comparable(url) in own or (url.lower().startswith("https://") and self._is_public(url))

        return next((url for url in indexes if not may_lead(url)), None)

    def _is_public(self, url: str) -> bool:
        if url not in self._known:
            self._known[url] = self._serves_public(_comparable(url))
        return self._known[url]

    def _serves_public(self, wanted: str) -> bool:
        # download.pytorch.org/whl/cu121 is a part of download.pytorch.org/whl; beside a mirror the same host
        # may serve what is private
        return wanted in self._mirrors or any(wanted == known or wanted.startswith(f"{known}/") for known in _PUBLIC)


def _comparable(url: str) -> str:
    """Host and path without scheme, case of the host, and a last `/simple` or `/`.

    What programs read in different ways is equal to nothing that is public: a backslash ends the host for some.
    """
    if _ODD.search(url) or ("://" in url and not url.lower().startswith(_SCHEMES)):
        return f"?{url}"
    try:
        parts = urlsplit(url if "://" in url else f"https://{url}")
        host = (parts.hostname or "") + (f":{parts.port}" if parts.port not in {None, 80, 443} else "")
    except ValueError:  # a port that is no number, or a broken IPv6 address
        return f"?{url}"
    return f"{host}{parts.path.rstrip('/').removesuffix('/simple').rstrip('/')}"


_PUBLIC = tuple(_comparable(url) for url in PUBLIC)
