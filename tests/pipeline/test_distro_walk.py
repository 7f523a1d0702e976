"""The distributor's word from the file to the mail: who is told, of which version, and in which words."""

import json
from dataclasses import replace
from io import BytesIO

import pytest

from feedbot import members
from feedbot.matching import MatchVerdict
from feedbot.pipeline import Edges, distributors
from feedbot.pipeline.collect import collect
from feedbot.pipeline.draft import draft_cases, preview
from feedbot.pipeline.match import match
from feedbot.store import cases, reading
from tests.fakes import World
from tests.pipeline.conftest import import_fleet

CVE = "CVE-2024-38476"
BACKPORT = "2.4.59-1~deb12u1"
"""What vps103 has; the makers corrected it in 2.4.60."""
FIXED = {"status": "resolved", "fixed_version": BACKPORT}


def say(edges: Edges, bookworm: dict[str, str]) -> None:
    """Let Debian speak of Apache in bookworm."""
    body = json.dumps({"apache2": {CVE: {"releases": {"bookworm": bookworm}}}}).encode()
    member = members.load("feedbot.distro", "debian_tracker")
    distributors.load(edges, "debian_tracker", member, BytesIO(body), distributors.Origin("", "t", edges.clock()))


@pytest.fixture
def fleet(edges: Edges) -> Edges:
    """The demo's fleet, and what CSIRT-A says of Apache, not drafted yet."""
    import_fleet(edges)
    collect(edges, edges.sources["csirt_a"])
    return edges


def verdicts(edges: Edges) -> dict[tuple[str, str], MatchVerdict]:
    """Return (server, package) → verdict of Apache's case, of Debian's servers."""
    with reading(edges.database) as tx:
        (case,) = [one for one in cases.listing(tx) if CVE in one.cves]
        found = match(edges, tx, case)
    return {
        (one.server.name, each.component.name): each.verdict
        for one in found.exposures
        for each in one.matches
        if one.server.distro == "debian:12"
    }


def mails(edges: Edges) -> dict[str, str]:
    """Draft, and return customer → the text of his mail about Apache."""
    for made in draft_cases(edges, "tester").made:
        draft, rendering = preview(edges, made.id)
        if any(CVE in one.cves for one in draft.notice.advisories):
            return {one.recipient.customer.id: one.mail.text for one in rendering.mails}
    raise AssertionError("no draft of Apache's case")


def test_a_backport_is_not_told_as_affected(fleet: Edges) -> None:
    """By the makers' range 2.4.59 is affected; Debian's word clears it, and 2.4.57 stays affected."""
    before = verdicts(fleet)
    assert before["vps103", "apache2"] is MatchVerdict.AFFECTED
    say(fleet, FIXED)
    after = verdicts(fleet)
    assert after["vps103", "apache2"] is MatchVerdict.FIXED_BY_DISTRO
    assert after["ded203", "apache2-bin"] is MatchVerdict.FIXED_BY_DISTRO
    assert after["vps101", "apache2"] is MatchVerdict.AFFECTED
    told = mails(fleet)
    assert "C003" not in told
    assert f"修正済みバージョン: {BACKPORT}" in told["C001"]


@pytest.mark.parametrize(
    ("word", "line"),
    [
        ({"status": "open"}, "配布元の修正済みパッケージはまだ提供されていません"),
        (
            {"status": "open", "urgency": "end-of-life"},
            "配布元のサポートが終了しています(修正済みパッケージなし)",
        ),
    ],
)
def test_no_fix_yet_has_words_of_its_own(fleet: Edges, word: dict[str, str], line: str) -> None:
    """A customer whose distributor has no package is told so, and not the makers' number."""
    say(fleet, word)
    told = mails(fleet)
    assert line in told["C001"]
    assert "開発元の修正済みバージョン" not in told["C001"]


def test_a_word_that_changes_makes_a_case_due(fleet: Edges, stage: World) -> None:
    """A case that concerned nobody on Debian is looked at again when the distributor takes its word back."""
    say(fleet, {"status": "resolved", "fixed_version": "0"})
    draft_cases(fleet, "tester")
    with reading(fleet.database) as tx:
        assert cases.due(tx) == ()
        (case,) = [one.id for one in cases.listing(tx) if CVE in one.cves]
    stage.now = stage.now.replace(hour=9)
    say(fleet, {"status": "open"})
    with reading(fleet.database) as tx:
        assert cases.due(tx) == (case,)


def test_another_word_on_another_cve_leaves_a_case_alone(fleet: Edges, stage: World) -> None:
    """What is said of a CVE that no advisory names makes no work."""
    say(fleet, FIXED)
    draft_cases(fleet, "tester")
    body = json.dumps({"apache2": {"CVE-2026-9999": {"releases": {"bookworm": FIXED}}}}).encode()
    member = members.load("feedbot.distro", "debian_tracker")
    origin = distributors.Origin("", "other", fleet.clock())
    distributors.load(replace(fleet), "debian_tracker", member, BytesIO(body), origin)
    with reading(fleet.database) as tx:
        assert cases.due(tx) == ()
