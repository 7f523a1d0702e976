from dataclasses import replace
from gzip import decompress
from pathlib import Path

import pytest

from feedbot.advisory import Advisory
from feedbot.advisory.case import Case
from feedbot.notice import Notice, Step, draft, render
from feedbot.notice._titles import LIMIT, MATTER, fits, named_at
from tests.notice.fixtures import NOW, PROVIDER, TIMED
from tests.source.reading import document, read
from tests.source.test_facts import ITEMS

TEMPLATES = render.Templates.load()
LONG = "時刻同期ソフトウェアの統計の問い合わせに対する応答により第三者への攻撃に加担する問題"


def drafted(advisory: Advisory) -> Notice:
    """Draft from one advisory."""
    return draft.from_case(Case("C-1", (advisory,)), (), 0, PROVIDER, NOW, templates=TEMPLATES)


def subject(advisory: Advisory, step: Step = Step.FIRST) -> str:
    """Return the subject of its draft without the marks."""
    return render.subject(replace(drafted(advisory), step=step), PROVIDER, TEMPLATES).rpartition("】")[2]


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("timed の問題に関する注意喚起", "timed の問題に関する注意喚起"),
        (f"timed {LONG[-20:]}(CVE-2026-10007)に関する注意喚起", f"timed {LONG[-20:]}(CVE-2026-10007)"),
        (f"timed {LONG[-22:]}(2026年11月の更新プログラム)に関する注意喚起", f"timed {LONG[-22:]}"),
        (f"{LONG}(timed)", "timedほかの脆弱性(CSIRT-A-AT-2026-0007)"),
    ],
)
def test_words_go_in_their_order(title: str, said: str) -> None:
    """First the formula, then a publisher's words in brackets, then its sentence; the title itself stays."""
    one = replace(TIMED, title=title)
    assert subject(one) == said
    assert drafted(one).title.startswith(title.removesuffix("に関する注意喚起"))


def test_names_and_numbers_are_taken_whole_or_not_at_all() -> None:
    """A product's name too long for a subject is not cut: the shortest of the others, else the number, says it."""
    name = "Industrial Time Synchronisation Appliance Controller"
    line = replace(TIMED.affected[0], product=name)
    lone = replace(TIMED, title=LONG * 2, affected=(line,))
    assert subject(lone) == "脆弱性情報(CSIRT-A-AT-2026-0007)"
    both = replace(lone, affected=(line, TIMED.affected[0]))
    assert subject(both) == "timedほかの脆弱性(CSIRT-A-AT-2026-0007)"
    assert subject(both, Step.UPDATE) == "timedほかの脆弱性(2026/11/24更新)"


def test_an_operators_own_title_is_not_rewritten() -> None:
    """Words of his own are his to shorten: lint tells him."""
    own = draft.own(f"件名: {LONG}{LONG}\n\n本文です。", PROVIDER, NOW)
    assert len(render.subject(own, PROVIDER, TEMPLATES)) > LIMIT


@pytest.mark.parametrize("member", sorted(ITEMS))
def test_every_real_draft_has_a_subject_that_can_be_approved(corpus: Path, member: str) -> None:
    """First notices and 続報 of the corpus keep both rules without an edit."""
    for name in sorted({name for name, _ in ITEMS[member]}):
        body = (corpus / name).read_bytes()
        items = read(member, document(decompress(body) if name.endswith(".gz") else body, f"file:{Path(name).name}"))
        for one in [item for item in items if isinstance(item, Advisory)][:60]:
            notice = drafted(one)
            for step in (Step.FIRST, Step.UPDATE):
                line = render.subject(replace(notice, step=step), PROVIDER, TEMPLATES)
                assert fits(line, notice.advisories), line
                assert named_at(line, notice.advisories) <= MATTER
