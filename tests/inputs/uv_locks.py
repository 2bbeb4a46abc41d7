"""Locks of uv of a few entries."""

PYPI = 'source = { registry = "https://pypi.org/simple" }'


def a_lock(*packages: str, needs: str = "", manifest: str = "", more: str = "") -> str:
    """A lock of the project `shop`, whose dependencies are `needs`, with further entries."""
    return (
        f'version = 1\nrevision = 3\nrequires-python = ">=3.11"\n{manifest}\n'
        f'[[package]]\nname = "shop"\nsource = {{ virtual = "." }}\ndependencies = [{needs}]\n{more}\n'
        + "\n".join(f"[[package]]\n{package}\n" for package in packages)
    )
