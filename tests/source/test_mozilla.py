"""Mozilla's advisories: what the text limits is never a complete range, and a branch is affected below its last fix."""

import pytest

from feedbot.advisory import Advisory
from tests.source.reading import advisory, document


def page(*fixed: str, text: str = "Wax drips.", products: str = "") -> Advisory:
    """Return an advisory of our own, from a text with front matter or, where products are named, from a page."""
    if products:
        labels = f"<p>Products: {products}</p><p>Fixed in: {', '.join(fixed)}</p><h3>Description</h3><p>{text}</p>"
        html = f"<html><body><article><h1>Mozilla Foundation Security Advisory 2099-44</h1><p>Title: Wax</p>{labels}"
        return advisory("mozilla", document(html.encode(), "file:mfsa2099-44.html"))
    head = "---\nannounced: November 12, 2026\nfixed_in:\n" + "".join(f"- {one}\n" for one in fixed)
    body = f"{head}title: Wax\n---\n<h3>Description</h3>\n<p>{text}</p>\n<h3>Workaround</h3>\n<p>Trim 1.0.</p>\n"
    return advisory("mozilla", document(body.encode(), "file:mfsa2099-44.md"))


@pytest.mark.parametrize(
    "sentence",
    [
        "The wick came with Firefox 4; it does not affect earlier versions.",
        "This was introduced during Firefox 1.5 development.",
        "Firefox 1.0 and older do not appear to be vulnerable.",
        "Firefox 3.6 is not affected.",
        "Earlier releases are unaffected.",
        "After Firefox 5 an additional unfixed case was reported.",
        "Update: fixed in Firefox ESR 5.0.8 too.",
        "更新: ESR 5.0.8 でも修正されたことを反映しました。",
        "芯は Firefox 1.5 の開発期間中に紛れ込んだものです。",
        "Firefox 1.0 には影響しないと思われます。",
        "Firefox 1.0 は影響を受けません。",
    ],
)
def test_a_range_that_the_text_limits_is_not_complete(sentence: str) -> None:
    """The sentence stays beside the range for a person to read; it is not thrown away and not half understood."""
    (one,) = page("Firefox 5", text=f"Wax drips.</p><p>{sentence}").affected
    assert not one.complete
    assert one.unread == (sentence,)


def test_a_range_that_nothing_limits_is_complete() -> None:
    """What is older than the fix is affected, whatever the text tells of something else."""
    (one,) = page("Firefox 5.1", text="It affects all. Wax 3.16 has it fixed. Fixed in Firefox 5.1.").affected
    assert (str(one.range), one.complete) == ("vers:generic/<5.1", True)


def test_a_sentence_about_one_product_limits_that_one() -> None:
    """Where no version is named, the other products' ranges stay complete."""
    found = page("Firefox 5", "Thunderbird 3.1", text="Thunderbird is not vulnerable in its default configuration.")
    assert [(one.product, one.complete) for one in found.affected] == [("Firefox", True), ("Thunderbird", False)]


def test_the_last_fix_of_a_branch_counts() -> None:
    """Named twice, a branch was not whole after the first fix: what lies between the two is affected."""
    (one,) = page("Firefox 3.6.4", "Firefox 3.6.9", "Firefox 3.5.10").affected
    assert str(one.range) == "vers:generic/<3.5.10|>=3.6|<3.6.9"


def test_a_product_without_a_fix_is_not_hidden_by_one_with_a_longer_name() -> None:
    """Thunderbird is affected in versions nobody wrote down, although Thunderbird ESR has a fix."""
    found = page("Thunderbird ESR 10.0.7", products="Thunderbird, Thunderbird ESR")
    assert [(one.product, one.stated) for one in found.affected] == [("Thunderbird ESR", True), ("Thunderbird", False)]
