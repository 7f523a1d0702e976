from dataclasses import replace
from gzip import decompress
from pathlib import Path

import pytest

from feedbot.advisory import Advisory, Affected
from feedbot.advisory.case import Case
from feedbot.notice import Notice, Step, draft, render
from feedbot.notice._titles import LIMIT, MATTER, fits, flaw, named_at, shorter
from feedbot.notice._words import ALERT
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


def titles(title: str, /, *more: Advisory, **changed: object) -> list[str]:
    """Return what a subject may be, from the title of the first of these advisories."""
    lead = replace(TIMED, **changed)  # type: ignore[arg-type]
    return list(shorter(replace(drafted(lead), title=title, advisories=(lead, *more))))


SAID = ["timedほかの脆弱性(CSIRT-A-AT-2026-0007)", "timedほかの脆弱性"]


def test_the_titles_from_the_longest_to_the_shortest() -> None:
    """As it is, without the formula, without words in brackets, the product with and without the number, the number."""
    own = [f"timed の問題(重要){ALERT}", "timed の問題(重要)", "timed の問題"]
    assert titles(own[0])[:3] == own
    assert titles(f"timed の問題() と（重要）件 {ALERT}")[1:3] == ["timed の問題() と（重要）件", "timed の問題と件"]
    assert titles(own[0])[3:5] == SAID
    assert titles(own[0])[-1] == "脆弱性情報(CSIRT-A-AT-2026-0007)"
    assert titles(" timed")[:2] == [" timed"] * 2


def test_brackets_stay_where_only_they_name_the_product() -> None:
    """And in another language than Japanese; a title that names none loses them."""
    assert titles("問題(timed)")[2] == SAID[0]
    assert titles("timed(重要)", language="en")[2] == SAID[0]
    assert titles("ある問題(重要)")[2] == "ある問題"
    english = replace(TIMED, language="en")
    assert titles("timed(重要)", english)[2] == "timed"
    assert titles("timed(重要)", TIMED, language="en")[2] == SAID[0]


@pytest.mark.parametrize(("length", "good"), [(60, True), (61, False)])
def test_a_subject_of_sixty_letters_fits(length: int, good: bool) -> None:
    """Sixty, and not one more."""
    assert fits("あ" * length, (TIMED,)) is good


@pytest.mark.parametrize(("before", "good"), [(25, True), (26, False)])
def test_a_name_that_ends_within_thirty_letters_fits(before: int, good: bool) -> None:
    """The marks before it count not; the last word of a name is enough."""
    assert fits(f"【障害】【重要】{'あ' * before}timed", (TIMED,)) is good
    longer = replace(TIMED, affected=(replace(TIMED.affected[0], product="Example  timed"),))
    assert fits(f"【障害】{'あ' * before}TIMED", (longer,)) is good


def of_products(*names: str) -> tuple[Affected, ...]:
    """Make lines about these products."""
    return tuple(replace(TIMED.affected[0], product=name) for name in names)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("timed",), ["timed の脆弱性"]),
        (("見本時計",), ["見本時計の脆弱性"]),
        (("時計A",), ["時計A の脆弱性"]),
        (("A時計",), ["A時計の脆弱性"]),
        (("Example   Clock", "Example Clock"), ["Example Clock の脆弱性"]),
        (("Example Clock", "Longest Clock", "Tick"), ["Example Clockほかの脆弱性", "Tickほかの脆弱性"]),
        (("Tick", "Longest Clock", "Example"), ["Tickほかの脆弱性", "Exampleほかの脆弱性"]),
        ((), []),
        (("", " "), []),
    ],
)
def test_the_products_that_a_sentence_names(names: tuple[str, ...], said: list[str]) -> None:
    """The first, then the shortest of the others; ほか where there are more, a blank behind Latin letters alone."""
    number = "(CSIRT-A-AT-2026-0007)"
    sentences = [one for words in said for one in (words + number, words)]
    assert titles("題", affected=of_products(*names))[2:] == ["題", *sentences, f"脆弱性情報{number}"]


def test_what_is_no_flaw_is_information() -> None:
    """An advisory with a CVE, or of that kind, is about a flaw; others bring news."""
    told = titles("題", affected=of_products("timed"), aliases=(), title="timed のお知らせ")
    said, number = "のセキュリティ情報", "(CSIRT-A-AT-2026-0007)"
    assert told[2:] == ["題", f"timed {said}{number}", f"timed {said}", f"セキュリティ情報{number}"]
    assert flaw(replace(TIMED, title="timed のお知らせ"))
    assert flaw(replace(TIMED, title="timed の脆弱性", aliases=()))
    assert not flaw(replace(TIMED, title="timed のお知らせ", aliases=()))


@pytest.mark.parametrize(
    ("subject", "place"),
    [
        ("timed", 5), ("あtimed", 6), ("【a】【b】timed", 5), ("あ【a】timed", 9), ("題", -1), ("clock", 5),
        ("Example Clock timed", 13), ("timed Example Clock", 5), ("【timed】題", -1),
    ],
)  # fmt: skip
def test_where_a_name_ends(subject: str, place: int) -> None:
    """Behind the marks at the beginning; of several names the first counts, of a name its last word will do."""
    assert named_at(subject, (replace(TIMED, affected=of_products("timed", "Example Clock")),)) == place
