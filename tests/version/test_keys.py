"""Keys of many versions at once, and the table of fragments behind them."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from feedbot.errors import VersionError
from feedbot.version import key, keys, schemes
from feedbot.version._encoding import Encoded


@pytest.mark.parametrize(
    ("scheme", "versions"),
    [
        ("deb", ["1:2.4.62-1~deb12u2", "2.4.62", "0~", "1.0-", "1-2-3", "a-", "1.0~"]),
        ("rpm", ["1:1.0.1e-60.el7", "1.0", "2.0^20260101-1", "1.0~rc1-0"]),
        ("maven", ["1.0", "1-rc1"]),
    ],
)
def test_many_at_once_are_the_same_as_one_by_one(scheme: str, versions: list[str]) -> None:
    """`keys` gives what `key` gives, in order."""
    assert keys(scheme, versions) == [key(scheme, version) for version in versions]


def test_one_that_cannot_be_read_is_named() -> None:
    """The error of `keys` says which version it was."""
    with pytest.raises(VersionError, match="two words"):
        keys("deb", ["1.0", "two words", "2.0"])


@pytest.mark.parametrize("text", ["", "-1", "1:", "1:-1", "a:1", "1_0", "1.0\n", "1:2:3", "1.0-1\n"])
def test_what_is_no_debian_version_is_refused(text: str) -> None:
    """A version without an upstream part, with a word for its epoch or with foreign characters raises VersionError."""
    with pytest.raises(VersionError):
        key("deb", text)


@pytest.mark.parametrize(
    ("left", "right"), [("1.0-0", "1.0"), ("0:1.0", "1.0"), ("1.0-", "1.0"), ("00:1.00", "1.0"), ("1.0-00", "1.0-")]
)
def test_what_is_absent_in_a_debian_version_is_zero(left: str, right: str) -> None:
    """No epoch, no revision and no number are 0, as dpkg has it."""
    assert key("deb", left) == key("deb", right)


@pytest.mark.parametrize("release", ["~", "0", "1", "a"])
def test_no_release_of_an_rpm_is_before_every_release(release: str) -> None:
    """A version alone comes before it with any release but one that begins with a tilde, and is not its beginning."""
    alone, with_release = key("rpm", "1.0"), key("rpm", f"1.0-{release}")
    assert (alone < with_release) == (release != "~")
    assert not with_release.startswith(alone)


def test_the_table_of_fragments_does_not_grow_without_end() -> None:
    """Fragments from outside cannot fill the memory, and what was forgotten is encoded again."""
    table = Encoded(lambda text: text.encode())
    for number in range(70_000):
        assert table[str(number)] == str(number).encode()
    assert len(table) < 65_537
    assert table["1"] == b"1"


PIECES = [
    "0",
    "1",
    "10",
    "007",
    ".",
    "-",
    "_",
    "+",
    "~",
    "^",
    ":",
    "a",
    "b",
    "rc",
    "dev",
    "Z",
    " ",
    "v",
    "T",
    "2026-11-24",
]
ANYTHING = st.one_of(st.text(max_size=20), st.lists(st.sampled_from(PIECES), max_size=10).map("".join))


@pytest.mark.parametrize("scheme", schemes())
def test_any_text_has_a_key_or_is_refused(scheme: str) -> None:
    """No text from outside raises anything but VersionError, however long its numbers are."""

    @settings(max_examples=150)
    @given(ANYTHING)
    @example("9" * 5000)
    @example("1." + "9" * 5000)
    @example("9" * 5000 + ".1.1a")
    @example("1-rc" + "9" * 5000)
    @example("\ud800")
    @example("１.２")
    def check(text: str) -> None:
        try:
            assert isinstance(key(scheme, text), bytes)
        except VersionError:
            return

    check()


@pytest.mark.parametrize("scheme", schemes())
@pytest.mark.parametrize("piece", ["0", "1", ".0", ".1", "a", "-a", "1a", "-", ".", "a.", "=", " ", "rc1", "-1", "~"])
def test_a_long_text_takes_no_long_time(scheme: str, piece: str) -> None:
    """Work grows with the length of the text: one that doubles it at every step would never come back."""
    for text in ("1" + piece * 20_000, "1" + piece * 20_000 + "!", "1.0-rc" + piece * 200 + "!"):
        try:
            key(scheme, text)
        except VersionError:
            continue


@pytest.mark.parametrize("scheme", schemes())
def test_no_key_is_the_beginning_of_another(scheme: str) -> None:
    """Each key says where it ends, so that what is put behind it never decides before it does."""

    @settings(max_examples=100)
    @given(st.lists(ANYTHING, min_size=2, max_size=8))
    def check(texts: list[str]) -> None:
        made = set()
        for text in texts:
            try:
                made.add(key(scheme, text))
            except VersionError:
                continue
        assert not any(one != two and two.startswith(one) for one in made for two in made)

    check()
