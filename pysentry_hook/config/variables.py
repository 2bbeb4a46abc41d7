"""How the environment variables of settings are called."""

PREFIX = "PYSENTRY_HOOK_"


def variable(key: str) -> str:
    """The environment variable of a key."""
    return PREFIX + key.upper().replace(".", "_").replace("-", "_")
