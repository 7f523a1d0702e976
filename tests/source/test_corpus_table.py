"""The table of the whole corpus: nothing lost, nothing made up, no file that nobody accounts for."""

from pathlib import Path

import pytest

from bench.corpus import FOLDERS, NOT_A_SOURCE, Folder, left_over, measure
from tests.conftest import need_program


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda one: f"{one.folder}/{one.pattern}")
def test_read_and_quarantined_are_the_items(corpus: Path, folder: Folder) -> None:
    """Read and quarantined together are as many as find, grep and jq count."""
    need_program("jq", "jq")
    row = measure(corpus, folder)
    assert row.files > 0
    assert row.agrees, row


def test_every_file_is_accounted_for(corpus: Path) -> None:
    """Each file of the corpus is read by a member, or its folder is listed as no source with the reason."""
    assert set(left_over(corpus)) == set(NOT_A_SOURCE)
