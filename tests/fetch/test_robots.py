"""robots.txt by RFC 9309: groups, longest match, wildcards, and hostile files."""

import time

import pytest

from feedbot.fetch._robots import Robots, parse

EXAMPLE = b"""\xef\xbb\xbfUser-Agent: *
Disallow: *.gif$
Disallow: /example/
Allow: /publications/

User-Agent: foobot
Disallow:/
Allow:/example/page.html
Allow:/example/allowed.gif

User-Agent: barbot
User-Agent: FeedBot/2.0
Disallow: /example/page.html # a comment

User-Agent: quxbot
"""


def allowed(body: bytes, path: str) -> bool:
    """Ask for a path at some host."""
    return parse(body).allows(f"https://a.example{path}")


@pytest.mark.parametrize(
    ("path", "may"),
    [("/example/page.html", False), ("/example/page.html2", False), ("/example/", True), ("/a.gif", True), ("", True)],
)
def test_our_own_group_decides(path: str, may: bool) -> None:
    """A group that names us, in any case and with a version, is ours; that for everybody then says nothing to us."""
    assert allowed(EXAMPLE, path) is may


@pytest.mark.parametrize(
    ("path", "may"),
    [("/x.gif", False), ("/x.gif?y", True), ("/example/a", False), ("/publications/a.html", True), ("/other", True)],
)
def test_without_one_that_for_everybody_decides(path: str, may: bool) -> None:
    """Nobody names us: the group of the star is ours."""
    assert allowed(EXAMPLE.replace(b"FeedBot", b"otherbot"), path) is may


@pytest.mark.parametrize(
    ("rules", "path", "may"),
    [
        ("Disallow: /\nAllow: /rss/", "/rss/a.rdf", True),
        ("Disallow: /a\nAllow: /a", "/a", True),
        ("Disallow: /a/*/c", "/a/b/c", False),
        ("Disallow: /a/*/c", "/a/c", True),
        ("Disallow: /*?", "/a?b=1", False),
        ("Disallow: /*?", "/a", True),
        ("Disallow: /a$", "/a", False),
        ("Disallow: /a$", "/ab", True),
        ("Disallow: /a*b$", "/a/b/b", False),
        ("Disallow: /a*a$", "/a", True),
        ("Disallow: /%e3%81%82", "/%E3%81%82", False),
        ("Disallow: /あ", "/%E3%81%82/x", False),
        ("Disallow:", "/a", True),
        ("Disallow: /", "/robots.txt", True),
        ("no colon\nDisallow /", "/a", True),
    ],
)
def test_the_longest_pattern_decides(rules: str, path: str, may: bool) -> None:
    """Of two as long, the one that allows; `*` and a last `$` have their meaning; encodings compare alike."""
    assert allowed(f"user-agent: *\r\n{rules}\r\n".encode(), path) is may


def test_two_groups_of_one_name_count_as_one() -> None:
    """RFC 9309, 2.2.1."""
    body = b"User-agent: feedbot\nDisallow: /a\n\nUser-agent: x\nDisallow: /\n\nUser-agent: feedbot\nDisallow: /b\n"
    assert [allowed(body, path) for path in ("/a", "/b", "/c")] == [False, False, True]


def test_no_file_allows_everything() -> None:
    """No rule, no limit."""
    assert Robots().allows("https://a.example/")
    assert allowed(b"<html>not found</html>", "/a")


def test_a_hostile_file_costs_nothing() -> None:
    """A run of stars would cost a regular expression hours; a file of megabytes is read to its 500 KiB."""
    pattern = "/" + "*a" * 2000 + "$"
    started = time.monotonic()
    assert allowed(f"User-agent: *\nDisallow: {pattern}\n".encode(), "/" + "a" * 1999 + "b")
    assert allowed(b"User-agent: *\n" + b"#\n" * 2**20 + b"Disallow: /\n", "/a")
    assert time.monotonic() - started < 60
