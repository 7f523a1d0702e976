"""What FreeBSD says is affected: a release named alone holds its patch levels."""

import pytest

from feedbot.version import VersionRange
from tests.source.reading import advisory, document

TEXT = """FreeBSD-SA-99:07.lamp                                       Security Advisory
                                                          The FreeBSD Project

Topic:          Lamp overflow
Announced:      2099-02-03
Affects:        {affects}
Corrected:      2099-02-03 10:00:00 UTC (stable/93, 93.1-STABLE)
                2099-02-03 11:00:00 UTC (releng/93.0, 93.0-RELEASE-p6)
                2099-02-03 11:00:00 UTC (releng/92.2, 92.2-RELEASE-p12)

I.   Background

Lamps burn oil.
"""


@pytest.mark.parametrize(
    "affects", ["FreeBSD 92.2 and FreeBSD 93.0", "FreeBSD 93.0-RELEASE\n                FreeBSD 92.2-RELEASE"]
)
def test_a_release_holds_its_patch_levels(affects: str) -> None:
    """Who runs 93.0-RELEASE-p5 is affected by what affects 93.0; p6 is the correction, 93.1 is not named."""
    (found,) = advisory("freebsd", document(TEXT.format(affects=affects).encode())).affected
    assert isinstance(found.range, VersionRange)
    told = {version: version in found.range for version in ("93.0-RELEASE", "93.0-RELEASE-p5", "92.2-RELEASE-p11")}
    assert told == {"93.0-RELEASE": True, "93.0-RELEASE-p5": True, "92.2-RELEASE-p11": True}
    assert not any(
        one in found.range for one in ("93.0-RELEASE-p6", "92.2-RELEASE-p12", "93.1-RELEASE", "92.1-RELEASE")
    )


@pytest.mark.parametrize(("words", "workarounds"), [("None.", ()), ("N/A", ()), ("Put it out.", ("Put it out.",))])
def test_none_is_no_workaround(words: str, workarounds: tuple[str, ...]) -> None:
    """A part that says "None." names no workaround."""
    text = TEXT.format(affects="FreeBSD 93.0") + f"\nIV.  Workaround\n\n{words}\n"
    text = text.replace(
        "I.   Background", "I.   Background\n\nOil.\n\nII.  Problem Description\n\nFire.\n\nIII. Impact"
    )
    assert advisory("freebsd", document(text.encode())).workarounds == workarounds


@pytest.mark.parametrize(("sort", "kind"), [("SA", "vulnerability"), ("EN", "notice")])
def test_an_advisory_without_cve_is_about_a_flaw(sort: str, kind: str) -> None:
    """A FreeBSD-SA is about a flaw though it has no CVE name and its title no word of one; an erratum is not."""
    text = TEXT.replace("SA-99", f"{sort}-99").replace("Lamp overflow", "Lamp burns").format(affects="FreeBSD 93.0")
    assert advisory("freebsd", document(text.encode())).kind == kind


def test_a_release_before_current() -> None:
    """A line that goes on with the development branch tells its release; the branch stays as unread."""
    affects = "FreeBSD 93.0 and\n\t\tFreeBSD-current before the correction date."
    (found,) = advisory("freebsd", document(TEXT.format(affects=affects).encode())).affected
    assert isinstance(found.range, VersionRange)
    assert "93.0-RELEASE-p5" in found.range
    assert "93.0-RELEASE-p6" not in found.range
    assert found.unread == ("FreeBSD-current before the correction date.",)


@pytest.mark.parametrize(
    ("number", "url", "address"),
    [
        ("99:07.lamp", "file:x", "https://security.FreeBSD.org/advisories/FreeBSD-SA-99:07.lamp.asc"),
        ("99:07", "https://x.example/FreeBSD-SA-99:07.lamp.asc", "https://x.example/FreeBSD-SA-99:07.lamp.asc"),
        ("99:07", "file:x", "https://security.FreeBSD.org/advisories/"),
    ],
)
def test_the_address_of_a_number_without_a_name(number: str, url: str, address: str) -> None:
    """Texts of the 1990s leave the name out of their number, and their addresses have it: none is made up."""
    text = TEXT.replace("99:07.lamp", number).format(affects="FreeBSD 93.0")
    assert advisory("freebsd", document(text.encode(), url)).url == address
