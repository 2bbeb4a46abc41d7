"""A short file that repeats itself is refused before it fills the memory."""

import pytest

from pysentry_hook.errors import InputError
from tests.inputs.reading import edges, inventory

MANY = range(8)
UV = 'version = 1\n[manifest]\nrequirements = [{ name = "a" }]\n' + "".join(
    f'[[package]]\nname = "a"\nversion = "{n}"\nsource = {{ registry = "https://i/simple" }}\n'
    'dependencies = [{ name = "a" }]\n'
    for n in MANY
)
POETRY = (
    "".join(f'[[package]]\nname = "a"\nversion = "{n}"\n[package.dependencies]\na = "*"\n' for n in MANY)
    + '[metadata]\nlock-version = "2.1"\n'
)
PDM = '[metadata]\nlock_version = "4.5.0"\n' + "".join(
    f'[[package]]\nname = "a"\nversion = "{n}"\ndependencies = ["a"]\n' for n in MANY
)
PYLOCK = 'lock-version = "1.0"\ncreated-by = "tests"\n' + "".join(
    f'[[packages]]\nname = "a"\nversion = "{n}"\ndependencies = [{{ name = "a" }}]\n'
    f'[[packages.wheels]]\nurl = "https://i/a-{n}-py3-none-any.whl"\nhashes = {{ sha256 = "00" }}\n'
    for n in MANY
)
LOCKS = {"uv.lock": UV, "poetry.lock": POETRY, "pdm.lock": PDM, "pylock.toml": PYLOCK}


@pytest.mark.parametrize("name", LOCKS)
def test_a_graph_that_was_made_to_be_huge_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(edges(inventory({name: LOCKS[name]}))) >= 56
    monkeypatch.setattr("pysentry_hook.inputs.limits.MAX_EDGES", 50)
    with pytest.raises(InputError, match=rf"^{name}: has more than 50 edges from package to package, which is the lim"):
        inventory({name: LOCKS[name]})


def test_what_leads_to_extras_is_counted_before_it_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pysentry_hook.inputs.limits.MAX_EDGES", 100)
    text = UV.replace('[{ name = "a" }]', '[{ name = "a", extra = ["x", "y"] }]')
    with pytest.raises(InputError, match="has more than 100 edges"):
        inventory({"uv.lock": text})


def test_groups_that_all_bring_in_everything_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    groups = "".join(f'g{n} = [{{ name = "a" }}]\n' for n in MANY)
    text = UV.replace("[[package]]", f"[manifest.dependency-groups]\n{groups}[[package]]", 1)
    assert len(inventory({"uv.lock": text}).scopes) == 9
    monkeypatch.setattr("pysentry_hook.inputs.scopes.MAX_REACHED", 50)
    with pytest.raises(InputError, match="has more than 50 packages in its extras and groups together"):
        inventory({"uv.lock": text})
