"""Small inputs of every format that is read: the contract of the readers is checked on them."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from packaging.version import Version

from pysentry_hook.model import normalize

INDEX = "https://pypi.org/simple"
Pins = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Sample:
    """How a format says what the tests need it to say."""

    of: Callable[[Pins], str]
    """A file that pins these versions from INDEX and holds the project itself where the format can."""
    invalid: tuple[str, ...] = ("", "{", "[", "hello", "<!DOCTYPE html>")
    """Texts that are no such file."""
    ends: bool = True
    """Whether a file without its second half can be told from a whole one."""
    says_index: bool = True
    file: str = ""
    """The name of such a file where it is not the name of the format."""


def uv_lock(pins: Pins) -> str:
    needs = "".join(f'    {{ name = "{name}", version = "{version}" }},\n' for name, version in pins)
    entries = "".join(
        f'\n[[package]]\nname = "{name}"\nversion = "{version}"\nsource = {{ registry = "{INDEX}" }}\n'
        for name, version in pins
    )
    return (
        'version = 1\nrevision = 3\nrequires-python = ">=3.11"\n\n[manifest]\nmembers = ["shop", "lib"]\n\n'
        '[[package]]\nname = "lib"\nversion = "0.1"\nsource = { editable = "packages/lib" }\n\n'
        f'[[package]]\nname = "shop"\nversion = "1.0"\nsource = {{ editable = "." }}\ndependencies = [\n{needs}]\n'
        f"{entries}"
    )


def poetry_lock(pins: Pins) -> str:
    entries = "".join(
        f'[[package]]\nname = "{name}"\nversion = "{version}"\ndescription = "A \'\'\' quote"\noptional = false\n'
        f'groups = ["main"]\nfiles = []\n\n[package.source]\ntype = "legacy"\nurl = "{INDEX}"\nreference = "i"\n\n'
        for name, version in pins
    )
    return f'{entries}[metadata]\nlock-version = "2.1"\npython-versions = ">=3.11"\ncontent-hash = "0"\n'


def pipfile_lock(pins: Pins) -> str:
    """One name cannot stand twice in a category, so each further version has a category of its own."""
    categories: dict[str, dict[str, object]] = {"default": {"shop": {"path": ".", "editable": True}}, "develop": {}}
    for name, version in pins:
        number = sum(name in entries for entries in categories.values())
        where = categories.setdefault(f"category-{number}" if number else "default", {})
        where[name] = {"hashes": [], "index": "i", "version": f"=={version}"}
    meta = {"pipfile-spec": 6, "sources": [{"name": "i", "url": INDEX}]}
    return json.dumps({"_meta": meta, **categories}, indent=4)


def requirements(pins: Pins) -> str:
    return f"-i {INDEX}\n-e .\n" + "".join(f"{name}=={version}\n" for name, version in pins)


def pylock(pins: Pins) -> str:
    entries = "".join(
        f'\n[[packages]]\nname = "{name}"\nversion = "{version}"\nindex = "{INDEX}"\n\n[[packages.wheels]]\n'
        f'url = "https://files.example/{normalize(name).replace("-", "_")}-{Version(version)}-py3-none-any.whl"\n'
        f'hashes = {{ sha256 = "00" }}\n'
        for name, version in pins
    )
    project = '[[packages]]\nname = "shop"\ndirectory = { path = "." }\n'
    return f'lock-version = "1.0"\ncreated-by = "tests"\n\n{project}{entries}'


def pdm_lock(pins: Pins) -> str:
    entries = "".join(
        f'\n[[package]]\nname = "{name}"\nversion = "{version}"\ngroups = ["default"]\nsummary = ""\nfiles = []\n'
        for name, version in pins
    )
    return (
        '[metadata]\ngroups = ["default"]\nstrategy = ["inherit_metadata"]\nlock_version = "4.5.0"\n'
        f'content_hash = "sha256:00"\n{entries}'
    )


def script(pins: Pins) -> str:
    needs = "".join(f'#     "{name}=={version}",\n' for name, version in pins)
    index = f'# [[tool.uv.index]]\n# url = "{INDEX}"\n# default = true\n'
    return f"#!/usr/bin/env python3\n# /// script\n# dependencies = [\n{needs}# ]\n#\n{index}# ///\n"


def pyproject(pins: Pins) -> str:
    needs = "".join(f'    "{name}=={version}",\n' for name, version in pins)
    return (
        f'[[tool.uv.index]]\nurl = "{INDEX}"\ndefault = true\n\n[project]\nname = "shop"\nversion = "1.0"\n'
        f'dependencies = [\n    "shop[fast]",\n{needs}]\n'
    )


def pipfile(pins: Pins) -> str:
    """As in the lock, each further version of a name has a category of its own."""
    categories: dict[str, dict[str, str]] = {"packages": {"shop": '{path = ".", editable = true}'}}
    for name, version in pins:
        number = sum(name in entries for entries in categories.values())
        categories.setdefault(f"category-{number}" if number else "packages", {})[name] = f'"=={version}"'
    tables = "".join(
        f"\n[{category}]\n" + "".join(f'"{name}" = {value}\n' for name, value in entries.items())
        for category, entries in categories.items()
    )
    return f'[[source]]\nurl = "{INDEX}"\nname = "i"\n{tables}'


SAMPLES: Mapping[str, Sample] = {
    "uv.lock": Sample(uv_lock),
    "poetry.lock": Sample(poetry_lock),
    "Pipfile.lock": Sample(pipfile_lock),
    "pylock.toml": Sample(pylock, ends=False),
    "pdm.lock": Sample(pdm_lock, ends=False, says_index=False),
    "pyproject.toml": Sample(pyproject),
    "Pipfile": Sample(pipfile, ends=False),
    "requirements.txt": Sample(requirements, invalid=("{", "[", "<!DOCTYPE html>"), ends=False),
    "script": Sample(script, file="tool.py"),
}


def file_name(format_name: str) -> str:
    """The name of a file in a format."""
    return SAMPLES[format_name].file or format_name
