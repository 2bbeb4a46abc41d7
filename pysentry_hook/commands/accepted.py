"""What a project accepts, and where that stands: for the commands that list it, change it or add to it."""

import os
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

from pysentry_hook.commands.running import warn
from pysentry_hook.config.files import configuration
from pysentry_hook.config.flags import Flags
from pysentry_hook.config.policies import Known, ignored
from pysentry_hook.config.settings import said_by
from pysentry_hook.errors import InputError
from pysentry_hook.inputs import open_input
from pysentry_hook.model import Inventory
from pysentry_hook.reading import audited
from pysentry_hook.remarks import remarks
from pysentry_hook.rules import Suppression
from pysentry_hook.tree import FolderTree


class Project(NamedTuple):
    """What is looked into, and on which day."""

    tree: FolderTree
    folder: str
    today: date

    def told(self, path: str) -> str:
        """A path of it as it is written from where the command runs."""
        return os.path.relpath(self.tree.root / path)


def project_in(folder: Path | None) -> Project:
    """The project of a folder, else of this one, today."""
    return Project(*audited((folder,) if folder else ()), datetime.now(UTC).date())


def accepted(project: Project) -> Sequence[Suppression]:
    """What its configuration and its comments accept, ended or not; what is ignored without a reason comes first."""
    tree, folder, today = project
    files = configuration(Flags(), os.environ, tree=tree, root=tree.root, folder=folder, today=today)
    warn(*files.warnings)
    known = Known(said_by(os.environ, files).settings, files.settings())
    return (*ignored(known), *files.suppressions(), *comments(project))


def comments(project: Project) -> Sequence[Suppression]:
    """What stands beside its requirements."""
    with suppress(InputError):  # what cannot be read holds no comments; a scan tells of it
        opened = open_input(project.tree, project.folder)
        if isinstance(opened.result, Inventory):
            return tuple(remarks([opened.result], project.today, project.tree.root))
    return ()
