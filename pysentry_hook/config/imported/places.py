"""Where projects usually say what an audit tool accepts, and the reading of such a file."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from pysentry_hook.config.imported.accepted import Found, Untaken
from pysentry_hook.config.imported.command_lines import read_commands
from pysentry_hook.errors import InputError
from pysentry_hook.tree import FolderTree
from pysentry_hook.tree.places import below

_NAMES = (
    ".safety-policy.yml", "osv-scanner.toml", "uv.toml", "pyproject.toml",
    ".pre-commit-config.yaml", "prek.toml", "tox.ini", "tox.toml", "setup.cfg", "noxfile.py", "tasks.py", "Pipfile",
    "Makefile", "makefile", "GNUmakefile", "justfile", "Justfile", ".justfile", "Taskfile.yml", "Taskfile.yaml",
    "Dockerfile", "Jenkinsfile", ".gitlab-ci.yml", ".travis.yml", "azure-pipelines.yml", "bitbucket-pipelines.yml",
)  # fmt: skip
_FOLDERS = (".github/workflows", ".github/actions", ".circleci", "scripts", "bin", "ci", ".ci", "tools")
_SUFFIXES = frozenset({".yml", ".yaml", ".sh", ".bash", ".py", ""})

PLACES = "policies, hooks, workflows, tox, nox, Makefile, scripts"
"""The usual places in a few words."""

_LARGEST = 2 * 1024 * 1024
"""Bytes of a file that says how a tool is called."""


def usual_places(tree: FolderTree, folder: str) -> Iterator[str | Untaken]:
    """Give the files that are there, of a folder of a tree and of those above it, and the folders that tell nothing."""
    here = folder
    while True:
        names: set[str] = set()
        try:
            # as they are written, also where the file system takes any case
            names.update(each.name for each in (tree.root / here).iterdir())
        except OSError as error:
            yield Untaken(here or ".", 1, f"cannot be listed, so what it holds was not checked: {error.strerror}")
        yield from (below(here, name) for name in _NAMES if name in names)
        for each in _FOLDERS:
            if tree.is_folder(below(here, each)):
                yield from _scripts(tree, below(here, each))
        if not here:
            return
        here = here.rpartition("/")[0]


def read_place(path: str, data: bytes) -> Iterator[Found]:
    """Give what one file accepts, and what of it cannot be taken over."""
    if len(data) > _LARGEST:
        yield Untaken(path, 1, f"is larger than {_LARGEST // 1024 // 1024} MB, so it was not looked through")
        return
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        yield Untaken(path, 1, "is not UTF-8 text")
        return
    last = text.count("\n") + 1
    for found in (*read_commands(path, text), *_of_format(path, text)):
        yield found._replace(line=min(found.line, last))  # YAML has line ends that others do not count


def _of_format(path: str, text: str) -> Iterator[Found]:
    """What the format of a file has a place for."""
    suffix = PurePosixPath(path).suffix
    if suffix in {".yml", ".yaml"}:
        from pysentry_hook.config.imported.yaml_files import read_yaml

        yield from read_yaml(path, text)
    elif suffix == ".toml":
        from pysentry_hook.config.imported.toml_files import read_toml

        yield from read_toml(path, text)


def _scripts(tree: FolderTree, folder: str) -> Iterator[str | Untaken]:
    try:
        listed = tree.files(folder)
    except InputError as error:
        yield Untaken(error.path, 1, error.detail)
        return
    yield from (path for path in listed.paths if PurePosixPath(path).suffix in _SUFFIXES)
    yield from (Untaken(error.path, 1, error.detail) for error in listed.unreadable)
