"""What the options and commands of other audit tools are here, for those who type what they know."""

from collections.abc import Mapping

_OPTIONS: Mapping[str, str] = {
    # pysentry
    "--color": "a terminal gets colour; NO_COLOR=1 turns it off and FORCE_COLOR=1 on",
    "--compact": "the human report is compact unless --detailed is said",
    "--display": "the human report has one form; --detailed says more",
    "--include-withdrawn": "withdrawn records are named in the report and are no findings",
    "--maintenance-cache-ttl": "a status is as young as other answers: vulnerability_ttl below [cache]",
    "--no-ci-detect": "no option is needed: CI is told from the environment",
    "--no-fail-on-partial": 'it is on_incomplete = "warn" below [defaults], or '
    "PYSENTRY_HOOK_DEFAULTS_ON_INCOMPLETE=warn",
    "--no-fail-on-unknown": 'it is unknown_severity = "warn" below [defaults], or '
    "PYSENTRY_HOOK_DEFAULTS_UNKNOWN_SEVERITY=warn",
    "--requirements-file": "it is --requirements FILE",
    "--vulnerability-source": "it is --sources",
    "--sources-url": "it is --service-url SOURCE=URL",
    "--all-extras": "extras are checked unless --exclude-extra says otherwise",
    "--all": "extras and groups are checked unless --exclude-extra says otherwise",
    "-V": "it is --version",
    # pip-audit, safety, uv audit
    "--ignore-vuln": "it is --ignore ID; a whole list: pysentry-hook config import",
    "--ignore-until-fixed": "it is --ignore-while-no-fix ID; a whole list: pysentry-hook config import",
    "--policy-file": "make suppressions of it: pysentry-hook config import FILE",
    "--requirement": "it is --requirements FILE",
    "-r": "it is --requirements FILE",
    "--fix": "it is pysentry-hook plan",
}
_OF_COMMANDS: Mapping[str, Mapping[str, str]] = {
    "pysentry-hook config show": {
        "--config": "name the file alone: pysentry-hook config show FILE",
        "--toml": "what it prints is TOML",
    },
}
_COMMANDS: Mapping[str, str] = {
    "check-version": "nobody is asked for newer versions; this one is told by pysentry-hook --version",
    "help": "it is pysentry-hook --help, or --help behind a command",
    "audit": "it is pysentry-hook alone",
    "check": "it is pysentry-hook alone",
}


def option(command: str, name: str) -> str | None:
    """What an option of another tool is here, for the command that does not know it."""
    return _OF_COMMANDS.get(command, {}).get(name) or _OPTIONS.get(name)


def word(name: str) -> str | None:
    """What a command of another tool is here."""
    return _COMMANDS.get(name)
