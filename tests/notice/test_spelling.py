"""Names that are nearly right: how near is too near, and which words are right all the same."""

import pytest

from feedbot.notice._spelling import distance, misspelt, misspelt_products


def slips(text: str, *names: str, said: str = "") -> list[tuple[str, str]]:
    """Return what is told of a text, the issuers' own names known besides."""
    found = list(misspelt([("ここ", text)], names, said))
    assert {(one.level, one.code, one.where) for one in found} <= {("error", "issuer-misspelt", "ここ")}
    return [tuple(one.message.split(" is not spelt as ")) for one in found]  # type: ignore[misc]


def products(text: str, *names: str, said: str = "", known: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """Return what is told of products in a text."""
    found = list(misspelt_products([("ここ", text)], names, said, lambda word: word in known))
    assert {(one.level, one.code, one.where) for one in found} <= {("error", "product-misspelt", "ここ")}
    return [tuple(one.message.split(" is not spelt as ")) for one in found]  # type: ignore[misc]


@pytest.mark.parametrize(
    ("left", "right", "slips"),
    [
        ("", "", 0), ("abc", "", 3), ("", "ab", 2), ("abc", "abc", 0), ("abc", "abd", 1), ("abc", "abcd", 1),
        ("abcd", "abd", 1), ("abcd", "acbd", 1), ("abcd", "badc", 2), ("ab", "ba", 1), ("abc", "cab", 2),
        ("abc", "bca", 2), ("ca", "abc", 3), ("kitten", "sitting", 3), ("aab", "aba", 1), ("abcdef", "ghijkl", 6),
    ],
)  # fmt: skip
def test_slips_between_two_words(left: str, right: str, slips: int) -> None:
    """A letter more, less, other, or two neighbours swapped; the same both ways."""
    assert (distance(left, right), distance(right, left)) == (slips, slips)


@pytest.mark.parametrize(
    ("word", "name", "told"),
    [
        ("Absde", "Abcde", True), ("Abcd", "Abcde", True), ("Abcdef", "Abcde", True), ("Bacde", "Abcde", True),
        ("Abxye", "Abcde", False), ("Abc", "Abcde", False), ("Abcdeij", "Abcde", False),
        ("Abxyefg", "Abcdefg", False), ("Abxyefgh", "Abcdefgh", True), ("Abxyzfgh", "Abcdefgh", False),
        ("Abcdef", "Abcdefgh", True), ("Abcdefghij", "Abcdefgh", True), ("Abcdefghijk", "Abcdefgh", False),
        ("abcde", "Abcde", True), ("Abc", "Abcd", False), ("Abce", "Abcd", False), ("Abcde", "Abcde", False),
        ("bcde", "あbcde", False),
    ],
)  # fmt: skip
def test_how_near_is_too_near(word: str, name: str, told: bool) -> None:
    """One slip from five letters on, two from eight on; shorter names and other scripts have none."""
    assert slips(f"弊社は {word} を", name) == ([(word, name)] if told else [])


def test_the_issuers_are_known() -> None:
    """Without being named."""
    assert slips("JPCRET/CC の発表") == [("JPCRET/CC", "JPCERT/CC")]
    assert slips("JPCERT/CC の発表") == []


def test_each_slip_is_told_once_with_its_place_and_the_first_name() -> None:
    """In the order of the text; what the advisories say is right, and so is another name."""
    assert slips("Absde Abcd Absde", "Abcde") == [("Absde", "Abcde"), ("Abcd", "Abcde")]
    assert slips("Absde", "Abtde", "Abcde") == [("Absde", "Abcde")]
    assert slips("Absde", "Abcde", said="x Absde.") == []
    assert slips("Absde", "Abcde", "Absde") == []
    places = [one.where for one in misspelt([("一", "Absde"), ("二", "Absde")], ("Abcde",), "")]
    assert places == ["一", "二"]


def test_products_in_other_letters_are_right() -> None:
    """As packages are written; so are words of the advisories and what the catalogue knows."""
    assert products("Opnessl を", "OpenSSL") == [("Opnessl", "OpenSSL")]
    assert products("openssl OPENSSL を", "OpenSSL") == []
    assert products("Opnessl", "OpenSSL", said="opnessl") == []
    assert products("Opnessl", "OpenSSL", known=("Opnessl",)) == []
    assert products("Opnessl", "OpenSSL", known=("OpenSSL",)) == [("Opnessl", "OpenSSL")]
    assert products("Abxd bcde", "Abcd", "あbcde") == []
    assert products("Absde", "Abtde", "Abcde") == [("Absde", "Abcde")]


def test_products_of_two_words() -> None:
    """Two words side by side are held against names of two, one against names of one; longer names are left."""
    assert products("Moveable Typo を", "Movable Type") == [("Moveable Typo", "Movable Type")]
    assert products("Moveable  Typo", "Movable Type") == []
    assert products("Moveable、Typo", "Movable Type") == []
    assert products("MovableType", "Movable Type") == []
    assert products("Movable Type 9", "Movable Type") == []
    assert products("Exmaple HTTP Server", "Example HTTP Server") == []
    assert products("Movable Typo", "Movable Type", said="movable です typo") == []
    assert products("Movable Typo", "Movable Type", said="movable") == [("Movable Typo", "Movable Type")]
    assert [one for one, _ in products("Absde Absde", "Abcde", "Abzde")] == ["Absde"]


@pytest.mark.parametrize("word", ["JPCRET/CC", "Open-SLSL", "Nodde.js"])
def test_marks_within_a_word_belong_to_it(word: str) -> None:
    """A stroke, a hyphen, a point between letters; not one at its end."""
    name = {"JPCRET/CC": "JPCERT/CC", "Open-SLSL": "Open-SSLL", "Nodde.js": "Node.js"}[word]
    for text in (f"({word})", f"{word}.", f"-{word}-", f"あ{word}い"):
        assert slips(text, name) == [(word, name)]
