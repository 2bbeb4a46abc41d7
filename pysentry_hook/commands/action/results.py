"""What one scan of the Action left in its folder, and what the workflow is told of it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

JSON, SARIF, MARKDOWN = "pysentry-hook.json", "pysentry-hook.sarif", "pysentry-hook.md"
_OUTPUTS = {"json-file": JSON, "sarif-file": SARIF, "markdown-file": MARKDOWN}
_RESULT = "result.json"
_BLOCKED, _INCOMPLETE, _JUDGED = 1, 3, frozenset({0, 1, 3})


@dataclass(frozen=True, slots=True)
class Result:
    """The exit code of a scan, its last lines on stderr, and the JSON report where it wrote one."""

    folder: Path
    code: int
    errors: tuple[str, ...]
    report: dict[str, Any] | None

    @classmethod
    def write(cls, folder: Path, code: int, errors: Sequence[str]) -> Self:
        """Keep what a report does not hold."""
        kept = {"code": code, "errors": [line for line in errors if line.strip()]}
        (folder / _RESULT).write_text(json.dumps(kept), encoding="utf-8")
        return cls.read(folder)

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read a scan that was made."""
        kept = json.loads((folder / _RESULT).read_text(encoding="utf-8"))
        path = folder / JSON
        report = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
        return cls(folder, kept["code"], tuple(kept["errors"]), report)

    @property
    def is_judged(self) -> bool:
        """Whether a gate has judged all that was named; else the exit code is that of an error."""
        return self.report is not None and self.code in _JUDGED

    @property
    def is_complete(self) -> bool:
        """Whether every answer that was due came."""
        return self.report is not None and bool(self.report["complete"])

    @property
    def conclusion(self) -> str:
        """One word for the run."""
        if self.report is None or not self.is_judged:
            return "error"
        if self.code == _BLOCKED:
            return "findings"
        if self.code == _INCOMPLETE or not self.is_complete:
            return "incomplete"
        return "reported" if self.report["findings"] else "clean"

    def has(self, name: str) -> bool:
        """Whether this report was written."""
        return (self.folder / name).is_file()

    def files(self, *names: str) -> list[Path]:
        """Those of these reports that were written."""
        return [self.folder / name for name in names if self.has(name)]

    def outputs(self) -> dict[str, object]:
        """The outputs of the Action."""
        found: dict[str, object] = {"exit-code": self.code, "conclusion": self.conclusion}
        if self.report is not None:
            found |= {
                "complete": self.report["complete"],
                "blocking": self.report["gate"]["blocking"],
                "findings": len(self.report["findings"]),
                "unchecked": len(self.report["coverage"]["unchecked"]),
                "expiring": len(self.report["suppressions"]["ending"]),
                "gate": ",".join(self.report["gate"]["names"]),
            }
        return found | {name: self.folder / file for name, file in _OUTPUTS.items() if self.has(file)}
