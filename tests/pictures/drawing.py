"""The parts of a picture: a document without scripts, web fonts or addresses, legible on light and on dark pages."""

from collections.abc import Iterable
from html import escape

MONO = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace"
SANS = "system-ui,-apple-system,'Segoe UI',Helvetica,Arial,'DejaVu Sans',sans-serif"


def document(title: str, width: int, height: int, style: str, parts: Iterable[str]) -> str:
    """The whole picture, one part a line; it brings its own background, whatever the page has."""
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{escape(title)}">'
    return "\n".join([head, f"<title>{escape(title)}</title>", f"<style>{style}</style>", *parts, "</svg>", ""])


def tag(name: str, content: str | None = None, **attributes: object) -> str:
    """One element; in names of attributes _ stands for -, and a _ at the end for nothing."""
    told = "".join(f' {key.rstrip("_").replace("_", "-")}="{_told(value)}"' for key, value in attributes.items())
    return f"<{name}{told}/>" if content is None else f"<{name}{told}>{content}</{name}>"


def _told(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else escape(str(value))


def words(text: str, x: float, y: float, class_: str, **more: object) -> str:
    """A text at its place; every space of it counts."""
    return tag("text", escape(text, quote=False).replace(" ", "&#160;"), x=x, y=y, class_=class_, **more)
