"""Name why what comes from no index cannot be checked: git, a path, a URL."""

from collections.abc import Mapping

VCS = {
    "git": "git dependency",
    "hg": "Mercurial dependency",
    "svn": "Subversion dependency",
    "bzr": "Bazaar dependency",
}
KINDS = {
    **VCS,
    "path": "path dependency",
    "directory": "path dependency",
    "url": "URL dependency",
    "uri": "URL dependency",
    "file": "path dependency",
}
"""By the key or type that locks and manifests give such a source."""


def kind_of_url(url: str) -> str:
    """Return the reason why what a URL leads to cannot be checked."""
    scheme = url.partition(":")[0].lower()
    if scheme == "file" or "://" not in url:
        return "path dependency"
    return VCS.get(scheme.partition("+")[0], "URL dependency")


def kind_of_table(entry: Mapping[str, object]) -> str:
    """Return the reason why an entry with `git`, `path`, `url` or `file` cannot be checked, else nothing."""
    file = entry.get("file")
    if isinstance(file, str):
        return kind_of_url(file)
    return next((reason for key, reason in KINDS.items() if key in entry), "")
