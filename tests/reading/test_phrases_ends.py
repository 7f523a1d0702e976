"""What is said once more of an end of a range, two bounds joined by かつ, and versions parted by a stroke."""

import pytest

from feedbot.reading.phrases import read


@pytest.mark.parametrize(
    ("text", "vers"),
    [
        ("Sample 1.2.9 以前 (1.2.9 を含む)", "<=1.2.9"),
        ("Sample 1.2.9 以前（バージョン1.2.9含む）", "<=1.2.9"),
        ("Sample 1.2.9 より前 (1.2.9 は含まない)", "<1.2.9"),
        ("Sample 4.87 から 4.91 (両バージョンを含む)", ">=4.87|<=4.91"),
        ("Sample 1.2.3以上かつ1.2.9以下", ">=1.2.3|<=1.2.9"),
        ("Sample 1.2.3 以上、かつ 1.2.9 未満", ">=1.2.3|<1.2.9"),
        ("Sample 1.2.3/1.2.4", "1.2.3|1.2.4"),
        ("Sample 1.2.3・1.2.4", "1.2.3|1.2.4"),
        ("Sample Ver.5.0.0～Ver.5.3.2", ">=5.0.0|<=5.3.2"),
        ("Sample 1.2.3 以前 [CVE-2024-12345]", "<=1.2.3"),
    ],
)
def test_an_end_that_is_said_twice_is_read_once(text: str, vers: str) -> None:
    """The bracket agrees with the sign before it, and かつ joins two bounds of one range."""
    phrase = read(text)
    assert (phrase.complete, phrase.product, str(phrase.range)) == (True, "Sample", f"vers:generic/{vers}")


@pytest.mark.parametrize(
    "text",
    [
        "Sample 1.2.9 以前 (1.2.9 は含まない)",
        "Sample 1.2.9 未満 (1.2.9 を含む)",
        "Sample 1.2.3 から 1.2.9 (1.2.4 を含む)",
        "Sample 1.2.9 以前 (1.2.x を含む)",
        "Sample 1.2.9 以前 (1.2.9 および 1.2.8 を含む)",
        "Sample 1.2.9 以前 (Windows 版を含む)",
        "Sample 1.2.9 を含む",
        "Sample 1.2.9 以下かつ 1.2.3 以上",
        "Sample 1.2.3 以上かつ",
        "Sample 1.2.3 以前、かつ機能が有効",
        "Sample 9.10.3/4",
        "Sample 1.2.3/1.2.4 以前",
        "1.2.3/1.2.4",
        "Sample [1.2.3, 1.2.9)",
    ],
)
def test_an_end_that_is_contradicted_is_left_unread(text: str) -> None:
    """A bracket that says another thing than the sign, かつ with something else, and a stroke that is no list."""
    assert not read(text).complete


def test_half_of_two_conditions_is_no_range() -> None:
    """What かつ joins to a range narrows it: nothing of it is given. A stroke may stand for the last number alone."""
    assert read("Sample 1.2.3 以前、かつ機能が有効").range is None
    assert not read("Sample 9.10.3/4", listed=True).complete
