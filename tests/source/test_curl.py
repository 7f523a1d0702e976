"""curl's advisories: what was taken back, whose versions the two lines name, and what helps without an upgrade."""

import pytest

from feedbot.advisory import Advisory, Status
from tests.source.reading import advisory, document

HEAD = """Ribbon unrolls
==============

Project curl Security Advisory, November 5 2026
[Permalink](https://curl.se/docs/CVE-2026-90091.html)

"""
FLAW = """VULNERABILITY
-------------

The ribbon unrolls. We no longer consider this a curl security flaw, some say.

"""


def text(
    *, above: str = "", affected: str = "curl 9.1 to and including 9.4", healthy: str = "", told: str = ""
) -> Advisory:
    """Return an advisory of our own."""
    lines = f"AFFECTED VERSIONS\n-----------------\n\n- Affected versions: {affected}\n"
    lines += f"- Not affected versions: {healthy}\n" if healthy else ""
    rest = f"\nRECOMMENDATIONS\n---------------\n\n{told}\n\nTIMELINE\n--------\n\nX - Reported.\n"
    return advisory("curl", document(f"{HEAD}{above}{FLAW}{lines}{rest}".encode(), "file:CVE-2026-90091.md"))


@pytest.mark.parametrize(
    ("above", "status"),
    [
        ("", Status.FINAL),
        ("UPDATE\n------\n\nThe red ribbon is affected too.\n\n", Status.FINAL),
        (
            "UPDATE\n------\n\nOf late, **we think again** and no\nlonger consider this a curl security flaw.\n\n",
            Status.WITHDRAWN,
        ),
        ("RETRACTED\n---------\n\nThe team has retracted this issue.\n\n", Status.WITHDRAWN),
    ],
)
def test_what_was_taken_back_is_withdrawn(above: str, status: Status) -> None:
    """A part above the flaw's own may take it back; the text below stays as it was and does not count."""
    assert text(above=above).status is status


@pytest.mark.parametrize(
    ("affected", "healthy"),
    [
        ("curl 9.1 to and including 9.4", "libcurl < 9.1 and libcurl >= 9.5"),
        ("libcurl 9.1 to and including 9.4", "curl < 9.1 and >= 9.5"),
        ("curl-for-ribbons 9.1 to and including 9.4", "curl < 9.1 and >= 9.5"),
    ],
)
def test_the_fix_is_one_of_the_affected_product(affected: str, healthy: str) -> None:
    """Both lines speak of one thing, whichever of its names they use; else the fix would be nobody's."""
    found = text(affected=affected, healthy=healthy)
    assert {one.product for one in found.fixed} == {found.affected[0].product}
    assert [one.versions for one in found.fixed] == [("9.5",)]


def test_what_helps_without_an_upgrade_is_a_workaround() -> None:
    """Upgrades and patches are none; an item goes on over its lines; the timeline has no items of this kind."""
    told = (
        " A - Upgrade curl to version 9.5\n\n B - Apply the patch and rebuild\n\n"
        " C - Avoid ribbons\n that are red\n D - Tie it twice,\n     or do not"
    )
    assert text(told=told).workarounds == ("Avoid ribbons that are red", "Tie it twice, or do not")
