"""The parts of a benchmark: inputs that are the same every time, a table and a plot that tell what was measured."""

import random
import tomllib
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from pysentry_hook.inputs import READERS
from pysentry_hook.tree import FolderTree
from tests.benchmarks.peers import generated, telling
from tests.benchmarks.peers.running import Cost, Pairs
from tests.benchmarks.peers.telling import BEGIN, END, PLOT, README, Row, Story, plot, table
from tests.benchmarks.peers.tools import missing
from tests.upstream import affects

ROWS = [
    Row(25, "pysentry-rs", "warm", 0.5, 0.1, 0.2, 30, 90),
    Row(25, "uv audit", "cold", 2.0, 0.4, 0.2, 50, 40),
    Row(1_000, "pysentry-rs", "warm", 0.4, 0.2, 0.5, 40, 120),
]
STORY = Story(ROWS, 7_080, {"pysentry-rs": "1.0", "uv audit": "2.0"}, "Python 3.99")


def lock(folder: Path, size: int) -> str:
    chance = random.Random(size)
    known = generated.of_records(200)
    generated.write(
        folder, generated.pins(size, known, generated.projects(2 * size, chance), chance), "https://i.example"
    )
    return (folder / "uv.lock").read_text(encoding="utf-8")


def test_the_same_seed_makes_the_same_lock_and_other_sizes_others(tmp_path: Path) -> None:
    first = lock(tmp_path / "a", 150)
    assert first == lock(tmp_path / "b", 150)
    assert len(tomllib.loads(first)["package"]) == 151
    assert 1_000 < len(first) / 150 < 5_000


def test_a_generated_lock_is_read_whole_and_everything_in_it_is_reached(tmp_path: Path) -> None:
    lock(tmp_path, 150)
    found = READERS[0].read(FolderTree(tmp_path), "uv.lock")
    assert len(found.dependencies) == 150
    assert not found.unchecked
    reached = {edge.child for edge in found.edges}
    assert all(dependency.node in reached for dependency in found.dependencies)


def test_generated_records_affect_what_they_list_and_some_have_several_intervals() -> None:
    known = generated.of_records(300)
    every = generated.records(300, known, random.Random(1))
    assert len({record["id"] for record in every}) == 300
    assert every == generated.records(300, generated.of_records(300), random.Random(1))
    several = 0
    for record in every[:50]:
        (entry,) = record["affected"]
        several += len([event for event in entry["ranges"][0]["events"] if "introduced" in event]) > 1
        for version in entry["versions"][:5]:
            assert affects({"affected": [{**entry, "versions": []}]}, entry["package"]["name"], version)
    assert 5 < several < 45


def test_a_ratio_is_the_median_of_the_pairs() -> None:
    pairs = Pairs([Cost(1, 1, 1), Cost(2, 1, 1), Cost(9, 1, 1)], [Cost(2, 1, 1), Cost(2, 1, 1), Cost(3, 1, 1)])
    assert pairs.ratio == 1


def test_a_finding_is_the_same_by_any_of_its_ids() -> None:
    ours = [("six", frozenset({"CVE-1", "PYSEC-1"})), ("six", frozenset({"CVE-2"}))]
    assert missing(ours, [("six", frozenset({"PYSEC-1"}))]) == ["six CVE-2"]
    assert missing([("six", frozenset({"PYSEC-1"}))], ours) == []


def test_the_table_tells_every_row_and_leaves_open_what_was_not_measured() -> None:
    head, _, *rows, _, last = table(STORY).splitlines()
    assert head == "| packages | | pysentry-hook | pysentry-rs 1.0 | uv audit 2.0 |"
    assert rows[0] == "| 25 | warm | 0.10 s, 30 MB | 0.20 s, 90 MB: **0.50** | - |"
    assert rows[1] == "| 25 | cold | 0.40 s, 50 MB | - | 0.20 s, 40 MB: **2.00** |"
    assert rows[2].startswith("| 1,000 | warm | 0.20 s")
    assert "Python 3.99; 7,080 advisories" in last


def test_the_plot_has_a_line_for_each_tool_in_each_mode() -> None:
    drawn = ET.fromstring(plot(ROWS))  # noqa: S314 (our own)
    lines = drawn.iter("{http://www.w3.org/2000/svg}polyline")
    assert [len((line.get("points") or "").split()) for line in lines] == [2, 2, 1, 1]


def test_the_readme_has_the_place_of_the_table_and_shows_the_plot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = README.read_text(encoding="utf-8")
    assert text.count(BEGIN) == text.count(END) == 1
    assert PLOT.relative_to(README.parent).as_posix() in text
    (tmp_path / "README.md").write_text(text, encoding="utf-8")
    monkeypatch.setattr(telling, "README", tmp_path / "README.md")
    monkeypatch.setattr(telling, "PLOT", tmp_path / "speed.svg")
    telling.write(STORY)
    telling.write(STORY)
    made = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert made.count(table(STORY)) == 1
    assert made.partition(BEGIN)[0] == text.partition(BEGIN)[0]
    assert made.partition(END)[2] == text.partition(END)[2]
