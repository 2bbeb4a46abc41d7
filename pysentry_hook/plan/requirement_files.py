"""Edit requirements files line by line: versions, bounds, hashes and what comes or goes, and no other byte."""

import codecs
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from typing import NamedTuple

from packaging.requirements import InvalidRequirement, Requirement
from packaging.version import Version

from pysentry_hook.config.edit import line_end
from pysentry_hook.errors import UsageError
from pysentry_hook.inputs.requirement_lines import Line, logical_lines
from pysentry_hook.inputs.requirement_parts import Asked, requirement
from pysentry_hook.model import Dependency, Inventory, NormalizedName, normalize
from pysentry_hook.narrowing import Environment
from pysentry_hook.plan.bench import Outcome
from pysentry_hook.plan.bounds import respelled
from pysentry_hook.rules import Place

_BOM = "\ufeff"
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_END = re.compile(r"(?<=\n)|(?<=\r)(?!\n)")
_BEHIND_BODY = re.compile(r"(?<!\s)\s*+(?:(?<=\s)(?:#|--)|\\|\Z)")
_HASH = re.compile(r"--hash[=\s]\s*[A-Za-z0-9]+:[0-9A-Fa-f]+")
_BETWEEN = re.compile(r"[\s\\]*")
_ANNOTATION = re.compile(r"[ \t]+#")
_USUAL = " \\\n    "


class _Block(NamedTuple):
    """One logical line with all of its bytes, and what it asks for."""

    line: Line
    raw: str
    asked: Asked | None

    @property
    def name(self) -> NormalizedName | None:
        return normalize(self.asked.name) if self.asked else None

    @property
    def version(self) -> Version | None:
        return self.asked.version if self.asked else None


@dataclass(slots=True)
class RequirementFiles:
    """The files of one input, and what a plan makes of their lines."""

    data: Mapping[str, bytes]
    edits: Mapping[tuple[str, int], str]
    """By path and line what is to be asked for, as PEP 508 writes it."""
    outcome: Outcome
    coming: Sequence[NormalizedName]
    going: frozenset[NormalizedName]

    def edited(self) -> Iterator[tuple[str, bytes]]:
        """Give each file that becomes another; UsageError where a line cannot be changed as it is written."""
        files = {path: _blocks(path, _text(path, data)) for path, data in self.data.items()}
        pins = [block for blocks in files.values() for block in blocks if block.version]
        for path, blocks in files.items():
            told = [self._block(Place(path, block.line.location.line), block, pins) for block in blocks]
            kept = _without_annotations(blocks, told)
            text = "".join([*kept, *self._appended(path, files, "".join(kept))])
            mark = _BOM if self.data[path].startswith(codecs.BOM_UTF8) else ""
            data = (mark + text).encode("utf-8", "surrogateescape")
            if data != self.data[path]:
                yield path, data

    def _block(self, place: Place, block: _Block, pins: Iterable[_Block]) -> str | None:
        """What becomes of a line, None where it goes."""
        if place in self.edits:
            return self._restated(place, block, self.edits[place])
        if block.version is None or block.name is None:
            return block.raw
        if block.name in self.going:
            return None
        version = self._version(place, block, [pin.version for pin in pins if pin.name == block.name and pin.version])
        return block.raw if version == block.version else self._restated(place, block, f"{block.name}=={version}")

    def _version(self, place: Place, block: _Block, stated: Sequence[Version]) -> Version | None:
        """The version that takes the place of a pin: the one that no other line has, or that has its markers."""
        now = self.outcome.versions(block.name) if block.name else ()
        if block.version in now or not now:
            return block.version
        fresh = [version for version in now if version not in stated] or list(now)
        fits = [each.version for each in self._of(block.name) if each.version in fresh and _meet(block, each)]
        if len(fits) != 1:
            several = " and ".join(map(str, fresh))
            raise UsageError(f"{place.path}:{place.line}: {block.name} becomes {several}; edit it by hand")
        return fits[0]

    def _of(self, name: NormalizedName | None) -> list[Dependency]:
        return [each for each in self.outcome.inventory.dependencies if each.name == name]

    def _restated(self, place: Place, block: _Block, text: str) -> str:
        """The line with other bounds, and with the hashes of the version that it pins where it has some."""
        body = _body(block.raw)
        after = respelled(body, text)
        raw = None if after is None else after + block.raw[len(body) :]
        if raw is None or not _is_meant(place.path, block, raw, text):
            raise UsageError(f"{place.path}:{place.line}: cannot be changed as it is written; edit it by hand")
        if "--hash" not in raw:
            return raw
        asked = requirement(text)
        hashes = self._hashes(block.name, asked.version if asked else None)
        found = [*_HASH.finditer(raw)]
        gaps = [raw[one.end() : other.start()] for one, other in pairwise(found)]
        if not (hashes and found and all(map(_BETWEEN.fullmatch, gaps))):
            detail = "its hashes cannot be replaced" if hashes else "the index tells no hashes of what it becomes"
            raise UsageError(f"{place.path}:{place.line}: {detail}; edit it by hand")
        gap = gaps[0] if gaps else raw[len(_body(raw)) : found[0].start()]
        option = found[0][0][: len("--hash=")]
        return raw[: found[0].start()] + gap.join(option + each for each in hashes) + raw[found[-1].end() :]

    def _hashes(self, name: NormalizedName | None, version: Version | None) -> Sequence[str]:
        return self.outcome.hashes.get((name, str(version)), ()) if name else ()

    def _appended(self, path: str, files: Mapping[str, Sequence[_Block]], text: str) -> Iterator[str]:
        """The lines of what comes new with a package of this file; what comes with none, with the first file."""
        end = line_end(text)
        listed = {file: {block.name for block in blocks} for file, blocks in files.items()}
        first, has_hashes = self.outcome.inventory.path, "--hash" in text
        if text and not text.endswith(("\n", "\r")) and self.coming:
            yield end
        for name in self.coming:
            parents = _parents(self.outcome.inventory, name)
            home = next((file for file, names in listed.items() if names.intersection(parents)), first)
            for each in self._of(name) if home == path else ():
                hashes = self._hashes(name, each.version) if has_hashes else ()
                if has_hashes and not hashes:
                    raise UsageError(f"{path}: {name} comes new, and the index tells no hashes of it; add it by hand")
                yield _line(each, where(self.outcome.inventory, name), parents, hashes).replace("\n", end)


def where(inventory: Inventory, name: NormalizedName) -> tuple[str, ...]:
    """The markers of which one holds wherever a package is needed, () for everywhere."""
    found: dict[str, None] = {}
    waiting, seen = [name], {name}
    while waiting:
        wanted = waiting.pop()
        for parent, child, marker in inventory.edges:
            if child.name != wanted:
                continue
            if marker:
                found[marker] = None
            elif parent in inventory.roots:
                return ()
            elif parent.name not in seen:
                seen.add(parent.name)
                waiting.append(parent.name)
    return tuple(found)


def _line(package: Dependency, markers: Sequence[str], parents: Sequence[NormalizedName], hashes: Sequence[str]) -> str:
    """The line of a package that was not there."""
    markers = package.markers or markers
    marker = " or ".join(f"({each})" for each in markers) if len(markers) > 1 else "".join(markers)
    pin = f"{package.name}=={package.version}" + (f" ; {marker}" if marker else "")
    via = f"\n    # via {', '.join(parents)}" if parents else ""
    return "".join([pin, *(f"{_USUAL}--hash={each}" for each in hashes), via, "\n"])


def _meet(block: _Block, package: Dependency) -> bool:
    """Whether a package may be installed where the markers of a line hold."""
    own, anywhere = block.asked.markers if block.asked else (), Environment(None, None)
    pairs = product(own or ("",), package.markers or ("",))
    return any(anywhere.may_hold(" and ".join(f"({each})" for each in pair if each) or None) for pair in pairs)


def _parents(inventory: Inventory, name: NormalizedName) -> list[NormalizedName]:
    return sorted({edge.parent.name for edge in inventory.edges if edge.child.name == name} - {inventory.roots[0].name})


def _text(path: str, data: bytes) -> str:
    """The text of a file whose other bytes come back as they were."""
    if data.startswith(_WIDE):
        raise UsageError(f"{path}: is not UTF-8 text; edit it by hand")
    return data.decode("utf-8", "surrogateescape").removeprefix(_BOM)


def _blocks(path: str, text: str) -> list[_Block]:
    """The logical lines with all that stands in them; joined they are the text."""
    physical = _END.split(text)
    lines = [*logical_lines(path, text)]
    starts = [line.location.line - 1 for line in lines] + [len(physical)]
    found = []
    for line, start, end in zip(lines, starts, starts[1:], strict=False):
        asked = None if not line.item or line.item.startswith("-") else requirement(line.item)
        found.append(_Block(line, "".join(physical[start:end]), asked if asked and asked.text else None))
    return found


def _body(raw: str) -> str:
    """The requirement at the head of a line, without options, comment and continuation."""
    found = _BEHIND_BODY.search(raw)
    return raw[: found.start()] if found else raw


def _is_meant(path: str, block: _Block, raw: str, text: str) -> bool:
    """Whether a line that was changed asks for the same with the bounds that it was to get."""
    again = _blocks(path, raw)
    is_alone = [line.text for line in logical_lines(path, block.raw)] == [block.line.text]  # a form feed ends a line
    if not is_alone or len(again) != 1 or again[0].asked is None or block.asked is None:
        return False
    try:
        before, after, bounds = (Requirement(str(each)) for each in (block.asked.text, again[0].asked.text, text))
    except InvalidRequirement:
        return False
    before.specifier = bounds.specifier
    return str(before) == str(after)


def _without_annotations(blocks: Sequence[_Block], told: Sequence[str | None]) -> list[str]:
    """The lines that stay; with one that goes the indented comments below it go."""
    kept, is_gone = [], False
    for block, raw in zip(blocks, told, strict=True):
        is_gone = raw is None or (is_gone and not block.line.text and bool(_ANNOTATION.match(block.raw)))
        if raw is not None and not is_gone:
            kept.append(raw)
    return kept
