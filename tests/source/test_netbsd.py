"""What NetBSD's forms of three decades say in their fields, and in what language."""

import pytest

from feedbot.advisory import AdvisoryKind, UnreadRange
from feedbot.version import VersionRange
from tests.source.reading import advisory, document

TEXT = """
NetBSD Security Advisory 2099-011
=================================

Topic:		Ladle can be bent without end
Version:	{version}

Severity:	wet floor, resulting in a slip

		possible fall

Fixed:		NetBSD-current:		Nov 3, 2099
		NetBSD-96 branch:	Nov 13, 2099 {fixed}


Abstract
========

{abstract}


Solutions and Workarounds
=========================

Either of these.

    Branch  Tag        Folder
    -------------------------
    96      netbsd-96  /pub

Revision History
================

	2099-Oct-21	Initial release
	2099-Nov-2	Say more
"""


def text(version: str = "NetBSD 96.1 and prior", fixed: str = "", abstract: str = "It bends.") -> bytes:
    """Return an advisory with some of its words changed."""
    return TEXT.format(version=version, fixed=fixed, abstract=abstract).encode()


def test_fields_are_sections() -> None:
    """Impact, days of corrections and what is not affected stay as the publisher wrote them, in front."""
    found = advisory("netbsd", document(text("NetBSD-96.1:	affected\n		NetBSD-96.0:	not affected")))
    assert [(one.heading, one.text) for one in found.sections[:3]] == [
        ("Version", "NetBSD-96.1:	affected\nNetBSD-96.0:	not affected"),
        ("Severity", "wet floor, resulting in a slip\npossible fall"),
        ("Fixed", "NetBSD-current:		Nov 3, 2099\nNetBSD-96 branch:	Nov 13, 2099"),
    ]
    assert found.severity == ()


def test_months_by_name() -> None:
    """`2099-Oct-21` is a day, in UTC."""
    found = advisory("netbsd", document(text()))
    assert [(str(one.date), one.text) for one in found.history] == [
        ("2099-10-21", "Initial release"),
        ("2099-11-02", "Say more"),
    ]
    assert (str(found.published), found.revision) == ("2099-10-21 00:00:00+00:00", "2099-11-02")


@pytest.mark.parametrize(
    ("version", "versions", "unread"),
    [
        ("NetBSD 96.1 and prior; NetBSD-current to 20991120.", "<=96.1", "NetBSD-current to 20991120."),
        ("NetBSD 96.1 and prior; NetBSD-current until 20990217", "<=96.1", "NetBSD-current until 20990217"),
        ("NetBSD 96.1, 97.0, -current", "96.1|97.0", "-current"),
        ("NetBSD 96.1 and earlier.  Fixed in NetBSD-current 20990626.", "<=96.1", "Fixed in NetBSD-current 20990626."),
    ],
)
def test_releases_beside_current(version: str, versions: str, unread: str) -> None:
    """A sentence's releases are read; what it says of the development branch, which has no versions, stays unread."""
    (found,) = advisory("netbsd", document(text(version))).affected
    assert str(found.range) == f"vers:generic/{versions}"
    assert (found.unread, found.evidence) == ((unread,), version)


@pytest.mark.parametrize("version", ["NetBSD-current to 20991120", "All releases; some more; NetBSD-current"])
def test_no_release_is_guessed(version: str) -> None:
    """A sentence without a release that is understood stays whole as unread."""
    (found,) = advisory("netbsd", document(text(version))).affected
    assert found.range == UnreadRange(version)


@pytest.mark.parametrize(
    "fixed",
    [
        "(96.1.3 will include the fix)",
        "(96.1.3 includes the fix)",
        "(96.1.3 は修正ずみ)",
        "\n			(96.1.3 には修正が含まれる予定)",
    ],
)
def test_releases_that_hold_the_correction(fixed: str) -> None:
    """The releases of a branch that hold the correction are told in English and in translations."""
    (found,) = advisory("netbsd", document(text(fixed=fixed))).fixed
    assert (found.product, found.versions) == ("NetBSD", ("96.1.3",))


def test_packages_are_no_releases() -> None:
    """A package's corrected version is not NetBSD's."""
    assert advisory("netbsd", document(text(fixed="\n		pkgsrc: ladle-0.9.6 は修正ずみ"))).fixed == ()


def test_a_quotation_is_the_summary() -> None:
    """A paragraph that only introduces a quotation is no summary without it."""
    found = advisory("netbsd", document(text(abstract="The CSIRT says:\n\n    It bends and bends.\n\nMore.")))
    assert found.summary == "The CSIRT says: It bends and bends."


def test_a_table_is_no_heading() -> None:
    """The underlined head of a table cuts no section."""
    found = advisory("netbsd", document(text()))
    assert [one.heading for one in found.sections] == [
        "Version",
        "Severity",
        "Fixed",
        "Abstract",
        "Solutions and Workarounds",
    ]
    assert "netbsd-96" in found.sections[-1].text


def test_it_is_a_vulnerability() -> None:
    """A NetBSD-SA is about a flaw, whatever the words of its title."""
    found = advisory("netbsd", document(text()))
    assert found.kind is AdvisoryKind.VULNERABILITY
    assert all(isinstance(one.range, VersionRange) for one in found.affected)
