"""The process that reads git's objects: when it ends, and what follows."""

import gc
from pathlib import Path

from tests.tree.conftest import Git
from tests.tree.recording import Made, both, record, refusal


@both
def test_a_process_that_ends_is_an_error_and_another_follows(made: Made, git: Git, repository: Path) -> None:
    (repository / "a").write_text("a", encoding="utf-8")
    record(git, repository)
    with made(repository) as tree:
        assert tree.read("a") == b"a"
        process = tree._blobs._process
        assert process
        process.kill()
        process.wait()
        assert refusal(tree, "a").startswith("cannot be read from git")
        assert tree.read("a") == b"a"
        tree.close()
        assert tree.read("a") == b"a"


@both
def test_the_process_ends_with_the_tree(made: Made, git: Git, repository: Path) -> None:
    (repository / "a").write_text("a", encoding="utf-8")
    record(git, repository)
    tree = made(repository)
    tree.read("a")
    process = tree._blobs._process
    assert process
    assert process.poll() is None
    del tree
    gc.collect()
    assert process.returncode is not None
