"""Every key of the configuration of pysentry 0.5 says something here, or warns that it does not."""

from pathlib import Path

import pytest

from tests.config.settling import configured, settled_in

# what `config show --toml` of pysentry-rs 0.5.0 prints, and the three that it reads without printing a default;
# each with another value than its default
KEYS = {
    "version": "1",
    "defaults.format": "'json'",
    "defaults.fail_on": "'high'",
    "defaults.scope": "'main'",
    "defaults.direct_only": "true",
    "defaults.detailed": "true",
    "defaults.compact": "true",
    "defaults.display": "'text'",
    "defaults.include_withdrawn": "true",
    "defaults.no_ci_detect": "true",
    "defaults.groups": "['dev']",
    "defaults.include_scripts": "true",
    "sources.enabled": "['osv']",
    "sources.service_url": "'https://osv.example'",
    "sources.fail_on_partial": "false",
    "resolver.type": "'pip-tools'",
    "resolver.no_resolver": "true",
    "cache.enabled": "false",
    "cache.directory": "'here'",
    "cache.resolution_ttl": "2",
    "cache.vulnerability_ttl": "2",
    "ignore.ids": "['CVE-2099-1']",
    "ignore.while_no_fix": "['CVE-2099-1']",
    "ignore.packages": "['idna']",
    "http.timeout": "7",
    "http.connect_timeout": "7",
    "http.max_retries": "7",
    "http.retry_initial_backoff": "7",
    "http.retry_max_backoff": "7",
    "http.show_progress": "true",
    "maintenance.enabled": "false",
    "maintenance.forbid_archived": "true",
    "maintenance.forbid_deprecated": "true",
    "maintenance.forbid_quarantined": "false",
    "maintenance.forbid_unmaintained": "true",
    "maintenance.check_direct_only": "true",
    "maintenance.cache_ttl": "7",
    "notifications.enabled": "false",
    "output.quiet": "true",
    "groups.dev.fail_on": "'low'",
}
NEEDLESS = {"version", "notifications.enabled"}
"""There is one version, and nobody is notified whatever this says."""


@pytest.mark.parametrize("key", KEYS)
def test_every_key_is_a_setting_or_a_warning(key: str, tmp_path: Path) -> None:
    (tmp_path / ".pysentry.toml").write_text(f"{key} = {KEYS[key]}\n", encoding="utf-8")
    files = configured(tmp_path)
    assert [*files.settings(), *files.warnings] or key in NEEDLESS
    assert not any("is no setting of pysentry" in warning for warning in settled_in(tmp_path).warnings)


@pytest.mark.parametrize("version", ["2", "'1'", "0"])
def test_another_version_warns(version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".pysentry.toml").write_text(f"defaults.fail_on = 'high'\nversion = {version}\n", encoding="utf-8")
    settings = settled_in(tmp_path)
    assert settings.warnings == (f".pysentry.toml:2: version = {version} is not known (1 is); its keys were read",)
