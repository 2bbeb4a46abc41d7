"""Read the PEP 723 block of a script; exact pins become dependencies, https://peps.python.org/pep-0723/."""

from pysentry_hook.errors import InputError
from pysentry_hook.inputs.annotations import Said
from pysentry_hook.inputs.documents import table
from pysentry_hook.inputs.limits import few_packages
from pysentry_hook.inputs.places import LinePlaces
from pysentry_hook.inputs.requirement_graph import Entry, join
from pysentry_hook.inputs.requirement_parts import requirement
from pysentry_hook.inputs.script_block import Block, read_block
from pysentry_hook.inputs.uv_indexes import UvIndexes
from pysentry_hook.inputs.uv_limits import limited
from pysentry_hook.model import MAIN, InputFile, Inventory, Location, Node, NormalizedName, normalize
from pysentry_hook.text import one_line
from pysentry_hook.tree import Tree

FORMAT = "script"


def read(tree: Tree, path: str) -> Inventory:
    """Return what the block of a script pins; InputError where it has none or two."""
    block = read_block(tree, path)
    few_packages(path, len(block.dependencies))
    indexes = _indexes(path, block)
    entries = [
        _entry(text, location, indexes) for text, location in zip(block.dependencies, block.locations, strict=True)
    ]
    root = Node(NormalizedName(path.rpartition("/")[2]), None)
    joined = join(path, root, entries, (), indexes.common())
    note = (
        f"{path} says nothing of what its dependencies bring in themselves, which was not checked; "
        "`uv lock --script` writes a lock that does."
    )
    found = Inventory(
        path=path,
        format=FORMAT,
        files=(InputFile(path, FORMAT, block.sha256),),
        dependencies=joined.dependencies,
        unchecked=joined.unchecked,
        roots=(root,),
        edges=joined.edges,
        places=LinePlaces([entry.location for entry in entries]),
        scopes=frozenset({MAIN}),
        requirements=joined.requirements,
        requires_python=python if isinstance(python := block.data.get("requires-python"), str) else None,
        notes=(note,) if entries else (),
    )
    return limited(found, block.data)


def _indexes(path: str, block: Block) -> UvIndexes:
    tool = table(block.data.get("tool"), path, "[tool]")
    return UvIndexes(path, table(tool.get("uv"), path, "[tool.uv]"))


def _entry(text: str, location: Location, indexes: UvIndexes) -> Entry:
    asked = requirement(text.strip())
    if asked is None:
        raise InputError(location.path, f"is no requirement: {one_line(text, 60)!r}", line=location.line)
    name = normalize(asked.name)
    if asked.target is None and (reason := indexes.elsewhere(name)):
        asked = asked._replace(version=None, reason=reason, text=None)
    return Entry(asked, Said(declared=True, origin=indexes.of(name)), location)
