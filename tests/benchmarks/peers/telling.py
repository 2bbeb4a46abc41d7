"""The README's table and plot, made from what a benchmark measured."""

import platform
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from math import log10
from os import cpu_count
from pathlib import Path
from typing import NamedTuple

_ROOT = Path(__file__).parents[3]
README, PLOT = _ROOT / "README.md", _ROOT / "tests" / "benchmarks" / "speed.svg"
BEGIN, END = "<!-- speed: made by python -m tests.benchmarks.peers --write -->", "<!-- speed: end -->"
_WIDTH, _HEIGHT, _LEFT, _TOP = 380, 250, 46, 34
_COLOURS = {"pysentry-hook": "#0a7d33", "pysentry-rs": "#c2410c", "uv audit": "#6d28d9", "pip-audit": "#64748b"}
_MODES = ("warm", "cold")


class Row(NamedTuple):
    """One pair of tools in one mode: the median ratio of the seconds, the median seconds, and the most MB."""

    size: int
    peer: str
    mode: str
    ratio: float
    ours: float
    theirs: float
    our_peak: float
    their_peak: float


class Story(NamedTuple):
    """Everything that was measured, and on what."""

    rows: Sequence[Row]
    records: int
    versions: Mapping[str, str]
    python: str


def write(story: Story) -> None:
    """Put the table into the README and the plot beside the benchmark."""
    text = README.read_text(encoding="utf-8")
    made = f"{BEGIN}\n{table(story)}\n{END}"
    README.write_text(re.sub(f"{re.escape(BEGIN)}.*{re.escape(END)}", lambda _: made, text, flags=re.DOTALL), "utf-8")
    PLOT.write_text(plot(story.rows), encoding="utf-8")


def table(story: Story) -> str:
    """A row for each size and mode: our seconds, and our time as a part of each peer's."""
    peers = list(story.versions)
    lines = [
        f"| packages | | pysentry-hook | {' | '.join(f'{peer} {story.versions[peer]}' for peer in peers)} |",
        f"|---:|---|---:|{'---:|' * len(peers)}",
    ]
    for size in sorted({row.size for row in story.rows}):
        for mode in dict.fromkeys(row.mode for row in story.rows):
            found = {row.peer: row for row in story.rows if (row.size, row.mode) == (size, mode)}
            if found:
                ours = next(iter(found.values()))
                cells = " | ".join(_cell(found.get(peer)) for peer in peers)
                lines.append(f"| {size:,} | {mode} | {ours.ours:.2f} s, {ours.our_peak:.0f} MB | {cells} |")
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    machine = f"{cpu_count()} cores of {_processor()}, {story.python}"
    lines += ["", f"{day}; {machine}; {story.records:,} advisories; medians of paired runs."]
    return "\n".join(lines)


def _cell(row: Row | None) -> str:
    return f"{row.theirs:.2f} s, {row.their_peak:.0f} MB: **{row.ratio:.2f}**" if row else "-"


def _processor() -> str:
    """The model of the processor, as far as the system tells it."""
    try:
        told = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
    except OSError:
        told = None
    return " ".join(told[1].split()) if told else platform.machine()


def plot(rows: Sequence[Row]) -> str:
    """Seconds by packages, both on scales of powers of ten, for warm and cold runs."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * _WIDTH} {_HEIGHT + 30}" font-family="sans-serif" '
        'font-size="11"><title>Seconds of a whole run, by the number of packages</title>'
        "<style>text{fill:#475569}line{stroke:#94a3b8;stroke-width:.5}"
        "@media(prefers-color-scheme:dark){text{fill:#cbd5e1}line{stroke:#475569}}</style>"
    )
    panels = "".join(f'<g transform="translate({place * _WIDTH},0)">{_panel(rows, mode)}</g>'
                     for place, mode in enumerate(_MODES))  # fmt: skip
    return f"{head}{panels}{''.join(_legend(rows))}</svg>\n"


def _panel(rows: Sequence[Row], mode: str) -> str:
    here = [row for row in rows if row.mode == mode]
    sizes = sorted({row.size for row in rows})
    lines = _lines(here)
    seconds = [value for points in lines.values() for _, value in points] or [1.0]
    low, high = log10(min(seconds) / 1.3), log10(max(seconds) * 1.3)

    def x(size: float) -> float:
        span = log10(sizes[-1] / sizes[0]) or 1
        return _LEFT + (_WIDTH - _LEFT - 20) * log10(size / sizes[0]) / span

    def y(value: float) -> float:
        return _HEIGHT - 24 - (_HEIGHT - 24 - _TOP) * (log10(value) - low) / (high - low)

    parts = [f'<text x="{_LEFT}" y="18" font-weight="bold">{mode}, seconds</text>']
    parts += [f'<text x="{x(size):.0f}" y="{_HEIGHT - 8}" text-anchor="middle">{size:,}</text>' for size in sizes]
    for tick in (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100):
        if low <= log10(tick) <= high:
            parts.append(f'<line x1="{_LEFT}" x2="{_WIDTH - 20}" y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>')
            parts.append(f'<text x="{_LEFT - 6}" y="{y(tick) + 4:.1f}" text-anchor="end">{tick:g}</text>')
    for tool, points in lines.items():
        places = [(f"{x(size):.1f}", f"{y(value):.1f}") for size, value in points]
        path = " ".join(map(",".join, places))
        parts.append(f'<polyline points="{path}" fill="none" stroke="{_COLOURS[tool]}" stroke-width="2"/>')
        parts += [f'<circle cx="{left}" cy="{top}" r="3" fill="{_COLOURS[tool]}"/>' for left, top in places]
    return "".join(parts)


def _lines(rows: Sequence[Row]) -> dict[str, list[tuple[int, float]]]:
    """The points of each tool; ours beside the first peer of each size."""
    found: dict[str, dict[int, float]] = {}
    for row in rows:
        found.setdefault("pysentry-hook", {}).setdefault(row.size, row.ours)
        found.setdefault(row.peer, {})[row.size] = row.theirs
    return {tool: sorted(points.items()) for tool, points in found.items()}


def _legend(rows: Sequence[Row]) -> Iterator[str]:
    tools = list(dict.fromkeys(["pysentry-hook", *(row.peer for row in rows)]))
    for place, tool in enumerate(tools):
        left = _LEFT + place * 130
        yield f'<circle cx="{left}" cy="{_HEIGHT + 14}" r="4" fill="{_COLOURS[tool]}"/>'
        yield f'<text x="{left + 9}" y="{_HEIGHT + 18}">{tool}</text>'
