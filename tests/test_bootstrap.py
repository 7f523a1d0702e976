"""The wiring of what the operator may leave out."""

from pathlib import Path

import pytest

from feedbot import bootstrap, config
from tests.test_config import PROVIDER, written


@pytest.mark.parametrize(("mails", "posts"), [(False, False), (True, False), (False, True), (True, True)])
def test_only_what_is_asked_for_is_signed(tmp_path: Path, mails: bool, posts: bool) -> None:
    """Off by default, also where a key is named; mails and posts by themselves, with the configured key and home."""
    text = PROVIDER + f'[signing]\nkey = "{"AB12" * 10}"\nhome = "gnupg"\n'
    text += f"mails = {str(mails).lower()}\nposts = {str(posts).lower()}\n"
    loaded = config.load(written(tmp_path, text))
    bootstrap.create_store(loaded)
    edges = bootstrap.edges(loaded)
    edges.database.dispose()
    made = (edges.sign_mail, edges.sign_post)
    assert [one is not None for one in made] == [mails, posts]
    owners = {one.__self__ for one in made if one is not None}  # type: ignore[attr-defined]  # bound methods
    assert {(one.home, one.fingerprint) for one in owners} <= {(tmp_path / "gnupg", "AB12" * 10)}
