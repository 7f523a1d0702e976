"""Where publishers differ in a product's affected versions."""

from feedbot import matching
from feedbot.advisory import Affected, UnreadRange
from tests.matching.shelf import Shelf, advisory, case, line

SHELF = Shelf()
BELOW = line("vers:generic/<4.2.7p26")


def test_two_publishers_of_different_ranges_are_named_with_what_each_says() -> None:
    """NTP and ntpd are one product in the catalogue; each advisory's lines are taken together."""
    both = case(
        advisory("A-1", BELOW), advisory("B-1", line("vers:generic/<4.2.5", "NTP"), line("vers:generic/4.3", "NTP"))
    )
    (found,) = matching.disagreements(both, SHELF)
    assert found.product == "NTP"
    assert found.says == (("A-1", "vers:generic/<4.2.7p26"), ("B-1", "vers:generic/<4.2.5|4.3"))
    assert not found.lower_only


def test_a_lower_end_that_one_leaves_out_is_told_apart() -> None:
    """Many publishers do not say where a fault began."""
    both = case(advisory("A-1", BELOW), advisory("B-1", line("vers:generic/>=4.2|<4.2.7p26")))
    (found,) = matching.disagreements(both, SHELF)
    assert found.lower_only


def test_another_spelling_of_the_same_versions_is_no_disagreement() -> None:
    """4.2 is 4.2.0; other products, unread lines, package ranges and withdrawn texts are not held against."""
    same = advisory("B-1", line("vers:generic/<4.2.0"), line("vers:generic/<9", "Other"))
    package = advisory("C-1", line("vers:deb/<1:4.2"))
    unread = advisory("D-1", Affected("ntpd", UnreadRange("some of them"), "ntpd"))
    incomplete = advisory("E-1", line("vers:generic/<3", unread=("and others",)))
    gone = advisory("F-1", line("vers:generic/<3"), withdrawn=True)
    assert (
        matching.disagreements(
            case(advisory("A-1", line("vers:generic/<4.2")), same, package, unread, incomplete, gone), SHELF
        )
        == ()
    )


def test_a_product_that_the_catalogue_does_not_know_goes_by_its_name() -> None:
    """Case and blanks do not count."""
    both = case(advisory("A-1", line("vers:generic/<2", "My App")), advisory("B-1", line("vers:generic/<3", "MyApp")))
    assert [one.product for one in matching.disagreements(both, SHELF)] == ["My App"]
