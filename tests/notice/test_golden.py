"""Posts and mails of made-up cases, compared word for word. FEEDBOT_GOLDEN=write writes them anew: read the diff."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from feedbot.advisory import Fixed
from feedbot.advisory.case import Case
from feedbot.inventory import PatchedBy, Plan
from feedbot.matching import Exposure
from feedbot.notice import Notice, Recipient, draft, render
from feedbot.notice._samples import samples
from feedbot.version import VersionRange
from tests.notice.fixtures import (
    AOBA,
    CASE,
    CONTRACT_CASE,
    EXPOSURES,
    JST,
    NOW,
    PROVIDER,
    SATO,
    TIMED,
    VU,
)

GOLDEN = Path(__file__).parent / "golden"
TEMPLATES = render.Templates.load()
TOTALS = render.Totals(2, 4, ((Plan.DEDICATED, 2), (Plan.VPS, 1), (Plan.SHARED, 1)))
TO_AOBA = Recipient(AOBA, EXPOSURES[:3])
TO_SATO = Recipient(SATO, EXPOSURES[3:])
BY_CONTRACT = Recipient(SATO, tuple(replace(one, matches=()) for one in EXPOSURES[3:]))


def first() -> Notice:
    """The first notice of the case with versions, numbered and issued."""
    made = draft.from_case(CASE, EXPOSURES, 2, PROVIDER, NOW, templates=TEMPLATES)
    return replace(made, number="MIHON-2026-0012", issued=date(2026, 11, 24))


SERVED = tuple(replace(one, contract=replace(one.contract, patched_by=PatchedBy.PROVIDER)) for one in EXPOSURES[3:])
OWN_VPS = replace(EXPOSURES[0], contract=replace(EXPOSURES[0].contract, id="A-0009", plan=Plan.VPS))


def served() -> Notice:
    """The first notice where one with root has the provider update his VPS, and another does it himself."""
    made = draft.from_case(CASE, (*SERVED, OWN_VPS, *EXPOSURES[:3]), 0, PROVIDER, NOW, templates=TEMPLATES)
    return replace(made, number="MIHON-2026-0012", issued=date(2026, 11, 24))


def second() -> Notice:
    """The next edition, after the issuer named another corrected version."""
    later = NOW + timedelta(days=2)
    more = Fixed("timed", VersionRange.parse("vers:generic/4.2.6p9"))
    revised = replace(TIMED, updated=later.astimezone(JST), fixed=(*TIMED.fixed, more), workarounds=())
    made = draft.from_case(
        Case("C-2026-0012", (VU, revised)), EXPOSURES, 0, PROVIDER, later, first(), templates=TEMPLATES
    )
    return replace(made, issued=date(2026, 11, 26))


def phishing() -> Notice:
    """A notice by contract, for an advisory that names no version."""
    return draft.from_case(CONTRACT_CASE, (), 0, PROVIDER, NOW, templates=TEMPLATES)


def from_file(name: str) -> Notice:
    """An operator's own text."""
    return draft.own((GOLDEN.parent / "texts" / name).read_text(encoding="utf-8"), PROVIDER, NOW)


def post(notice: Notice, totals: render.Totals = render.Totals()) -> dict[str, str]:  # noqa: B008 (frozen)
    """Render a post as its three files."""
    made = render.post(notice, totals, PROVIDER, TEMPLATES)
    return {"txt": made.text, "html": made.html, "md": made.markdown}


def mail(notice: Notice, recipient: Recipient) -> dict[str, str]:
    """Render a mail as its two parts, the subject above the text."""
    made = render.mail(notice, recipient, PROVIDER, TEMPLATES)
    return {"txt": f"Subject: {made.subject}\n\n{made.text}", "html": made.html}


SAMPLES = {one.name: one for one in samples(PROVIDER, TEMPLATES)}


def sample(name: str, reader: int = 0) -> dict[str, str]:
    """Render a mail of a built-in sample, the first one: a shipped form as it is filled in, 再通知, a block list's."""
    return mail(SAMPLES[name].notice, SAMPLES[name].recipients[reader])


MADE: dict[str, Callable[[], dict[str, str]]] = {
    "advisory_post": lambda: post(first(), TOTALS),
    "advisory_post_whole": lambda: post(replace(first(), quote="whole"), TOTALS),
    "advisory_mail_organisation": lambda: mail(first(), TO_AOBA),
    "advisory_mail_person": lambda: mail(first(), TO_SATO),
    "served_post": lambda: post(served(), TOTALS),
    "served_mail": lambda: mail(served(), Recipient(SATO, SERVED)),
    "update_post": lambda: post(second(), TOTALS),
    "update_mail": lambda: mail(second(), TO_SATO),
    "contract_post": lambda: post(phishing()),
    "contract_mail": lambda: mail(phishing(), BY_CONTRACT),
    "trouble_post": lambda: post(from_file("trouble.txt")),
    "trouble_mail": lambda: mail(from_file("trouble.txt"), BY_CONTRACT),
    "recovered_mail": lambda: mail(from_file("recovered.txt"), BY_CONTRACT),
    "maintenance_post": lambda: post(from_file("maintenance.txt")),
    "maintenance_mail": lambda: mail(from_file("maintenance.txt"), BY_CONTRACT),
    "own_post": lambda: post(from_file("plain.txt")),
    "form_trouble_first": lambda: sample("trouble-first"),
    "form_trouble_update": lambda: sample("trouble-update"),
    "form_trouble_recovered": lambda: sample("trouble-recovered"),
    "form_maintenance": lambda: sample("maintenance"),
    "form_maintenance_done": lambda: sample("maintenance-done"),
    "form_correction": lambda: sample("correction"),
    "form_own": lambda: sample("own"),
    "form_security_own": lambda: sample("security-own"),
    "withdrawal_mail": lambda: sample("withdrawal"),
    "reminder_mail": lambda: sample("reminder"),
    "thanks_mail": lambda: sample("thanks"),
    "listed_mail": lambda: sample("listing, first"),
    "delisted_mail": lambda: sample("listing, done"),
    "digest_mail_person": lambda: sample("digest"),
    "digest_mail_organisation": lambda: sample("digest", 1),
    "digest_mail_served": lambda: sample("digest, one case", 2),
    "digest_post": lambda: post(SAMPLES["digest"].notice),
    "own_mail": lambda: mail(from_file("plain.txt"), Recipient(AOBA, ())),
}


@pytest.mark.parametrize("name", sorted(MADE))
def test_the_words_are_those_that_were_read(name: str) -> None:
    """Every format of a post or mail is word for word what a person read and kept."""
    for suffix, text in MADE[name]().items():
        path = GOLDEN / f"{name}.{suffix}"
        if os.environ.get("FEEDBOT_GOLDEN") == "write":
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8"), path.name


def test_every_golden_file_is_asserted() -> None:
    """A golden file that no case makes would only look like a test."""
    assert {path.name.partition(".")[0] for path in GOLDEN.iterdir()} == set(MADE)


def test_mails_name_their_customer_only() -> None:
    """Neither the other customer's names nor his servers stand in any part of a mail, nor either's in the post."""
    aoba = ("あおば", "A-0001", "A-0002", "aoba.example", "s12.mihon.example")
    sato = ("佐藤", "A-0003", "vps-31")
    for text in mail(first(), TO_AOBA).values():
        assert not [name for name in sato if name in text]
    for text in mail(first(), TO_SATO).values():
        assert not [name for name in aoba if name in text]
    for text in post(first(), TOTALS).values():
        assert not [name for name in (*aoba, *sato) if name in text]


def test_contract_recipients_carry_servers_without_packages() -> None:
    """A mail by contract names the server and no package."""
    assert isinstance(BY_CONTRACT.exposures[0], Exposure)
    text = mail(phishing(), BY_CONTRACT)["txt"]
    assert "vps-31.mihon.example" in text
    assert "dpkg" not in text
