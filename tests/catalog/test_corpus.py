"""Names of the real corpus, drawn at random and marked by hand: none leads to the wrong product."""

from pathlib import Path

import pytest

from bench import catalog as bench
from feedbot.catalog import Catalog


@pytest.fixture(scope="module")
def rows(corpus: Path) -> list[bench.Row]:
    """Every sample, looked up today."""
    every = {bench.digest(one): one for one in bench.names(corpus)}
    catalog = Catalog.load()
    return [bench.measure(catalog, every, marks, seed) for seed, marks in bench.marked().items()]


def test_no_marked_name_leads_to_another_product(rows: list[bench.Row]) -> None:
    """Wrong is what is dangerous: at most one of two hundred, also among names that matter less."""
    assert sum(row.names for row in rows) >= 1_500
    assert sum(row.wrong for row in rows) <= 0.005 * sum(row.relevant for row in rows)
    assert sum(row.perhaps_wrong for row in rows) <= 0.005 * sum(row.perhaps for row in rows)


def test_names_that_hosting_providers_run_are_looked_up(rows: list[bench.Row]) -> None:
    """Through the catalogue, or by the publisher's CPE where no distribution packages them: nine of ten and more."""
    relevant = sum(row.relevant for row in rows)
    assert sum(row.correct for row in rows) >= 0.6 * relevant
    assert sum(row.correct + row.published for row in rows) >= 0.9 * relevant
    assert sum(row.gone for row in rows) <= 0.02 * sum(row.names for row in rows)
