"""Thinned seeds: shorter, and still what a member reads to its end."""

import json
from random import Random

import pytest

from feedbot import members
from feedbot.advisory import Advisory
from feedbot.errors import SourceError
from feedbot.fetch import Document
from feedbot.source._member import ListedItem
from tests.fuzz.targets import seeds, thinned
from tests.fuzz.thin import thin
from tests.source.reading import NOW, judge


def test_lists_keep_one_or_two_of_their_entries() -> None:
    """Most variations of a list of JSON hold one or two of it, in its order; some hold all."""
    whole = json.dumps({"a": list(range(50))}).encode()
    found = [json.loads(thin(whole, Random(number))).get("a", []) for number in range(60)]
    assert all(one == sorted(one) for one in found)
    assert sum(len(one) in (1, 2) for one in found) > 40
    assert any(len(one) == 50 for one in found)


def test_elements_keep_their_ends() -> None:
    """What is cut out is whole elements: what is left opens and closes the same tags, and a row keeps its cells."""
    row = "<tr><td>{}</td><td><a href=x>y</a><br></td></tr>"
    whole = f"<html><p>a<p>b</p><table>{''.join(map(row.format, range(20)))}</table></html>".encode()
    for number in range(60):
        left = thin(whole, Random(number))
        assert left.count(b"<tr>") == left.count(b"</tr>") in (1, 2, 20)
        assert left.count(b"<td>") == left.count(b"</td>") == 2 * left.count(b"<tr>")
        assert left.startswith(b"<html>")
        assert left.endswith(b"</table></html>")


@pytest.mark.parametrize("member", members.names("feedbot.source"))
def test_thinned_seeds_are_short_and_still_read(member: str) -> None:
    """They come to less than the seeds do, and some of them still are items and advisories of the member."""
    own, variations = seeds(member), thinned(member)
    assert sum(len(one) for _, one in variations) / len(variations) < sum(len(one) for _, one in own) / len(own)
    kinds = {type(found) for name, body in variations[::5] for found in _found(member, name, body)}
    assert kinds >= {ListedItem, Advisory}


def _found(member: str, name: str, body: bytes) -> list[object]:
    loaded = members.load("feedbot.source", member)
    given, found = Document(f"file:{name}", body, NOW), list[object]()
    for items in (loaded.listing(given), loaded.read(given, judge)):
        try:
            found += items
        except SourceError:
            continue
    return found
