"""What narrows a range, and words of two senses, go from each publisher's wording into its Affected."""

import pytest

from feedbot.advisory import Advisory, Affected
from tests.source import test_csaf, test_curl, test_freebsd, test_netbsd
from tests.source.reading import document, fixture, read

NOTE, SENSE = "Windows 版", "prior to"
SAID = {
    "csaf": test_csaf.body(name=f"prior to 2.0 ({NOTE})"),
    "freebsd": test_freebsd.TEXT.format(affects=f"FreeBSD prior to 94.0 ({NOTE})").encode(),
    "netbsd": test_netbsd.TEXT.format(
        version=f"NetBSD prior to 94.0 ({NOTE})", fixed="", abstract="A ladle bends."
    ).encode(),
    "nginx": fixture("nginx/advisories.xml").body.replace(
        b'vulnerable="', f'vulnerable="nginx prior to 90.4 ({NOTE})" was="'.encode()
    ),
    "openssh": fixture("openssh/shapes.html").body.replace(
        b"OpenSSH versions 5.4 to 7.1", f"OpenSSH versions prior to 94.0 ({NOTE})".encode()
    ),
}


def _affected(member: str, body: bytes) -> list[Affected]:
    items = read(member, document(body))
    return [one for item in items if isinstance(item, Advisory) for one in item.affected]


@pytest.mark.parametrize("member", SAID)
def test_notes_and_words_of_two_senses_are_kept(member: str) -> None:
    """An edition in a bracket is a note, and "prior to" is told as a word of two senses."""
    found = _affected(member, SAID[member])
    assert (NOTE,) in [one.notes for one in found]
    assert (SENSE,) in [one.two_senses for one in found]


def test_curl_keeps_them_too() -> None:
    """curl's own form of a range has neither; a wording of another form may."""
    (found,) = test_curl.text(affected=f"curl prior to 9.4 ({NOTE})").affected
    assert (found.notes, found.two_senses) == ((NOTE,), (SENSE,))


def test_an_inclusive_end_is_in_no_doubt() -> None:
    """OpenSSH writes "to 9.7p1 (inclusive)": its "to" has one sense there; without it, it has two."""
    body = fixture("openssh/shapes.html").body
    plain = [one.two_senses for one in _affected("openssh", body)]
    inclusive = [one.two_senses for one in _affected("openssh", body.replace(b"5.4 to 7.1", b"5.4 to 7.1 (inclusive)"))]
    assert ("to",) in plain
    assert ("to",) not in inclusive
