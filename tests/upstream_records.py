"""Advisory records as the services show them: what affects a version, the JSON of the index, the archive."""

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

import yaml
from packaging.version import InvalidVersion, Version


def affects(record: Mapping[str, Any], name: str, version: str) -> bool:
    """Whether an OSV record says that a version of a PyPI package is affected: an oracle without our code."""
    for entry in record.get("affected", ()):
        package = entry.get("package", {})
        if package.get("ecosystem") != "PyPI" or plain(package["name"]) != plain(name):
            continue
        if version in entry.get("versions", ()):
            return True
        ranges = (block for block in entry.get("ranges", ()) if block["type"] == "ECOSYSTEM")
        if any(_inside(block["events"], Version(version)) for block in ranges):
            return True
    return False


def _inside(events: Sequence[Mapping[str, str]], version: Version) -> bool:
    """The last bound at or below a version decides; a bound that is no version is passed over."""
    state, last = False, Version("0.dev0")
    for event in events:
        ((kind, text),) = event.items()
        try:
            bound = Version("0.dev0") if text == "0" else Version(text)
        except InvalidVersion:
            continue
        reached = version > bound if kind == "last_affected" else version >= bound
        if reached and bound >= last:
            state, last = kind == "introduced", bound
    return state


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def as_pypi(record: Mapping[str, Any], name: str) -> dict[str, Any]:
    entries = [entry for entry in record["affected"] if plain(entry["package"]["name"]) == plain(name)]
    events = [event for entry in entries for block in entry.get("ranges", ()) for event in block["events"]]
    return {
        "id": record["id"],
        "aliases": list(record.get("aliases", ())),
        "details": record.get("details", ""),
        "summary": record.get("summary"),
        "fixed_in": [event["fixed"] for event in events if "fixed" in event],
        "link": f"https://osv.dev/vulnerability/{record['id']}",
        "source": "osv",
        "withdrawn": record.get("withdrawn"),
    }


def archive(records: Sequence[Mapping[str, Any]]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        other = "id: PYSEC-2000-1\naffected: [{package: {name: unrelated, ecosystem: PyPI}, versions: ['1']}]\n"
        archive.writestr(zipfile.ZipInfo("advisory-database-main/vulns/unrelated/PYSEC-2000-1.yaml"), other)
        for record in records:
            names = {plain(entry["package"]["name"]) for entry in record["affected"]}
            for name in sorted(names) if record["id"].startswith("PYSEC") else ():
                member = zipfile.ZipInfo(f"advisory-database-main/vulns/{name}/{record['id']}.yaml")
                archive.writestr(member, yaml.dump(dict(record), Dumper=yaml.CSafeDumper, sort_keys=False))
    return file.getvalue()
