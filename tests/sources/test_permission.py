"""Which names may be told to services."""

import pytest

from pysentry_hook.sources.permission import PUBLIC, Permission
from tests.builders import a_dependency


def permission(*mirrors: str, private: tuple[str, ...] = (), otherwise: tuple[str, ...] = ()) -> Permission:
    return Permission(mirrors, private, otherwise)


@pytest.mark.parametrize(
    "url",
    [
        *PUBLIC,
        "https://pypi.org/simple/",
        "https://PyPI.org:443/simple",
        "http://pypi.org/simple",
        "https://user:secret@pypi.org/simple",
        "https://download.pytorch.org/whl/cu121",
        "https://download.pytorch.org/whl/nightly/cpu/",
    ],
)
def test_what_serves_public_packages_only_is_public(url: str) -> None:
    assert permission().unknown_index(a_dependency(indexes=[url])) is None


@pytest.mark.parametrize(
    "url",
    [
        "https://pypi.example.org/simple",
        "https://pypi.org.example.org/simple",
        "https://pypi.org@example.org/simple",
        "https://example.org/pypi.org/simple",
        "https://pypi.org:8443/simple",
        "https://download.pytorch.org/whl2",
        "https://download.pytorch.org/private",
        "https://pypi.org:notaport/simple",
        "https://[broken/simple",
        "https://evil.example\\@pypi.org/simple",
        "https://pypi.org\t/simple",
        "file://pypi.org/simple",
        "ssh://pypi.org/simple",
        "file:///srv/wheels",
        "../wheels",
        "wheels",
        "/simple",
        "",
    ],
)
def test_any_other_index_is_unknown_and_named(url: str) -> None:
    assert permission().unknown_index(a_dependency(indexes=[url])) == url


@pytest.mark.parametrize(
    ("url", "leads"),
    [
        ("https://pypi.org/simple", True),
        ("HTTPS://pypi.org/simple", True),
        ("http://pypi.org/simple", False),
        ("http://mirror.example/simple", True),
        ("http://own.example/simple", True),
        ("https://other.example/simple", False),
        ("http://evil.example\\@pypi.org/simple", False),
    ],
)
def test_a_resolver_is_led_to_public_indexes_over_tls_and_to_those_of_the_user(url: str, leads: bool) -> None:
    known = permission("http://mirror.example/simple", otherwise=("http://own.example/simple",))
    assert known.untrusted((url,)) == (None if leads else url)


def test_one_unknown_index_among_several_is_enough() -> None:
    dependency = a_dependency(indexes=["https://pypi.org/simple", "https://corp.example/simple"])
    assert permission().unknown_index(dependency) == "https://corp.example/simple"


def test_a_declared_mirror_is_public_with_and_without_simple() -> None:
    for mirror in ("https://corp.example/pypi/simple/", "corp.example/pypi", "https://Corp.example/pypi/simple"):
        dependency = a_dependency(indexes=["https://corp.example/pypi/simple"])
        assert permission(mirror).unknown_index(dependency) is None


def test_a_private_index_beside_a_declared_mirror_stays_unknown() -> None:
    dependency = a_dependency(indexes=["https://corp.example/private/simple"])
    assert permission("https://corp.example/simple").unknown_index(dependency)


def test_a_dependency_without_an_index_comes_from_the_configured_one() -> None:
    corp = permission(otherwise=("https://corp.example/simple",))
    assert corp.unknown_index(a_dependency()) == "https://corp.example/simple"
    assert corp.unknown_index(a_dependency(indexes=["https://pypi.org/simple"])) is None
    assert permission().unknown_index(a_dependency()) is None


@pytest.mark.parametrize(
    "pattern", ["acme-internal", "Acme_Internal", "acme.internal", "acme-*", "ACME_*", "*internal"]
)
def test_a_private_name_is_private_however_it_is_spelled(pattern: str) -> None:
    assert permission(private=(pattern,)).is_private(a_dependency("acme-internal"))


def test_other_names_are_not_private() -> None:
    assert not permission(private=("acme-*",)).is_private(a_dependency("acmeshop"))
