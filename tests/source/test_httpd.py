"""Records of Apache httpd: the page of its branch, and releases as their timelines write them."""

import json
from typing import Any

import pytest

from tests.source.reading import advisory, document, fixture


def record(*timeline: str, bounds: tuple[str, str] = ("<=", "2.2.3")) -> dict[str, Any]:
    """Return a record of our own in form 4."""
    tree: dict[str, Any] = json.loads(fixture("httpd/form4.json").body)
    tree["timeline"] = [{"time": "2026-11-05", "lang": "eng", "value": value} for value in timeline]
    product = tree["affects"]["vendor"]["vendor_data"][0]["product"]["product_data"][0]
    product["version"]["version_data"] = [{"version_affected": bounds[0], "version_value": bounds[1]}]
    return tree


@pytest.mark.parametrize(
    ("timeline", "version", "page"),
    [
        (("2.4.10 released",), "2.4.9", "24"),
        (("2.2.4 released", "2.0.60 released"), "2.2.3", "22"),
        (("2.0.60 released", "1.3.40 released"), "2.0.59", "20"),
        (("1.3.40 released",), "1.3.39", "13"),
        ((), "2.2.3", "22"),
        ((), "1.3.39", "13"),
    ],
)
def test_the_address_is_the_page_of_the_newest_branch(timeline: tuple[str, ...], version: str, page: str) -> None:
    """A record of an old branch stands on that branch's page alone; without releases, what is affected tells it."""
    found = advisory("httpd", document(json.dumps(record(*timeline, bounds=("<=", version))).encode()))
    assert found.url == f"https://httpd.apache.org/security/vulnerabilities_{page}.html#{found.number}"


@pytest.mark.parametrize("words", ["2.4.10 released", "2.4.10 release", "released in 2.4.10"])
def test_a_release_is_a_correction_in_each_wording(words: str) -> None:
    """Timelines say the first, and one of them each of the others."""
    found = advisory("httpd", document(json.dumps(record(words)).encode()))
    assert [one.versions for one in found.fixed] == [("2.4.10",)]
