"""Notices on 35 real cases, as they were read as a customer reads them, without one sentence of their publishers.

Of JPCERT/CC, JVN, JVN iPedia, CERT/CC and FreeBSD. The publishers' texts must not be copied, so the golden file holds
of each mail and post its length and the beginning of its SHA-256, beside the findings of lint. After a change that is
meant: `python -m tests.notice.test_real`, then read the notices that changed (FEEDBOT_SHOW=folder writes them there).
"""

import json
import os
from dataclasses import replace
from datetime import date
from gzip import decompress
from pathlib import Path

import pytest

from feedbot import messages
from feedbot.advisory import Advisory
from feedbot.advisory.case import Case
from feedbot.inventory import Component, Plan
from feedbot.matching import Because, Exposure, Match, MatchVerdict
from feedbot.notice import Recipient, draft, lint, render
from feedbot.version import VersionRange
from tests.conftest import SHARED
from tests.notice.fixtures import EXPOSURES, NOW, PROVIDER
from tests.source.reading import document, read
from tests.source.test_facts import ITEMS, mark

GOLDEN = Path(__file__).parent / "real.json"
CHOSEN = {"jpcert": 2, "jvn": 9, "cert_cc": 9, "freebsd": 9, "jvn_ipedia": 6}
TEMPLATES = render.Templates.load()


def advisory(corpus: Path, member: str, name: str, number: str) -> Advisory:
    """Return an item of the corpus."""
    body = (corpus / name).read_bytes()
    items = read(member, document(decompress(body) if name.endswith(".gz") else body, f"file:{Path(name).name}"))
    return next(one for one in items if isinstance(one, Advisory) and one.number == number)


def exposures(one: Advisory) -> tuple[Exposure, ...]:
    """Return a server that has the first product which the advisory names; none where it names none."""
    line = next((each for each in one.affected if each.product.strip()), None)
    if line is None:
        return ()
    name = line.product.split()[-1].lower()
    component = Component("deb", name, "1.0-1", name, "1.0-1", "amd64", "debian:12")
    ranged = str(line.range) if isinstance(line.range, VersionRange) else ""
    because = Because("upstream-range", ranged, line.evidence, advisory=one.number)
    match = Match(component, line.product, MatchVerdict.AFFECTED, because)
    return (replace(EXPOSURES[0], matches=(match,)),)


def made(one: Advisory) -> dict[str, object]:
    """Draft, render and lint; return what is compared, and show it where that is asked for."""
    concerned = exposures(one)
    notice = draft.from_case(Case("C-2026-0001", (one,)), concerned, 0, PROVIDER, NOW, templates=TEMPLATES)
    notice = replace(notice, number="MIHON-2026-0001", issued=date(2026, 11, 24))
    to = Recipient(EXPOSURES[0].customer, concerned or (replace(EXPOSURES[0], matches=()),))
    post = render.post(notice, render.Totals(1, 1, ((Plan.VPS, 1),)), PROVIDER, TEMPLATES)
    mail = render.mail(notice, to, PROVIDER, TEMPLATES)
    findings = lint.check(notice, post, [(to, mail)], provider=PROVIDER)
    if folder := os.environ.get("FEEDBOT_SHOW"):
        shown = f"{mail.subject}\n\n{mail.text}\n=====\n{post.title}\n\n{post.text}"
        (Path(folder) / f"{one.source}-{one.number.replace('/', '-')}.txt").write_text(shown, encoding="utf-8")
    return {
        "subject": mark(mail.subject),
        "mail": mark(mail.text),
        "post": mark(post.text),
        "lint": sorted(f"{each.level} {each.code}" for each in findings),
    }


def found(corpus: Path, member: str) -> dict[str, object]:
    """Return what is compared of a member's cases."""
    return {number: made(advisory(corpus, member, name, number)) for name, number in ITEMS[member][: CHOSEN[member]]}


@pytest.mark.parametrize("member", CHOSEN)
def test_notices_on_real_cases(corpus: Path, member: str) -> None:
    """Mail and post of each case are those that were read, word for word."""
    messages.use("ja")
    assert found(corpus, member) == json.loads(GOLDEN.read_text(encoding="utf-8"))[member]


def test_there_are_enough() -> None:
    """Thirty at least, and no sentence among what is kept of them."""
    kept = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert sum(map(len, kept.values())) == sum(CHOSEN.values()) >= 30
    assert all(len(each["mail"].split()) == 2 for of in kept.values() for each in of.values())


if __name__ == "__main__":
    messages.use("ja")
    place = Path(os.environ.get("FEEDBOT_CORPUS", SHARED / "corpus"))
    everything = {member: found(place, member) for member in CHOSEN}
    GOLDEN.write_text(json.dumps(everything, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
