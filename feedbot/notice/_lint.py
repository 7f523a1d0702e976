"""Look a rendered notice over before anybody may approve it.

Each rule is a function that yields findings under one code or a few of one stem; `check` runs them all.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from urllib.parse import urlsplit

from feedbot.advisory import Trust, Verdict
from feedbot.notice._claims import unsupported, words_of
from feedbot.notice._findings import AUDIENCE, BODY, POST, STEP, TITLE, Finding, error, in_block, in_mail, warning
from feedbot.notice._model import JIS, Kind, MailText, Notice, Post, Provider, Recipient, Step
from feedbot.notice._places import original_url
from feedbot.notice._separation import foreign
from feedbot.notice._spelling import misspelt, misspelt_products
from feedbot.notice._titles import LIMIT, MATTER, named_at, products_of
from feedbot.notice._words import honorific, needed, publisher
from feedbot.reading.dates import JST, read_date

__all__ = ["Finding", "check"]

_DOUBLED = re.compile(r"((?=[^\s]{0,29}?[ぁ-んァ-ヶ一-龠])[^\s\d・=*_-][^\s]{3,29})\1")
_MIXED = re.compile(r"御中[^\n]{0,20}様|(?<!お客)様[ 、]*(?:御中|各位|殿)|各位[ ]*(?:様|殿|御中)|様[ ]*様|殿[ ]*様")
_BROKEN = re.compile(r"\ufffd|[縺繧繝](?![れら])|Ã[\x80-\xbf]|â€|[\x00-\x08\x0b-\x1f\x7f]")
_BROKEN_WORDS = "broken characters: {characters!r}"
_LOGIN = re.compile(r"(?:^|[/_.-])(?:log-?in|sign-?in|auth|password|passwd|account|mypage)(?:[/_.-]|$)", re.IGNORECASE)
_VERIFIED = re.compile(r"検証済|署名を(?:弊社にて)?(?:検証|確認)|署名の?(?:検証|確認)(?:が|を|済)")
_UNFILLED = re.compile("\u3014[^\u3014\u3015\n]*\u3015?")
_DATE = re.compile(r"\d{4}(?:年|[-/])\d{1,2}(?:月|[-/])\d{1,2}日?")


def check(
    notice: Notice,
    post: Post,
    mails: Iterable[tuple[Recipient, MailText]] = (),
    *,
    provider: Provider,
    names: Iterable[str] = (),
    is_product: Callable[[str], bool] = lambda word: False,
) -> tuple[Finding, ...]:
    """Return every fault of a notice, its post and its mails, errors first, each once.

    `names` are issuers besides the shipped ones and those of the advisories; `is_product` says whether the catalogue
    knows a name, so that another product is not taken for one of the case's misspelt.
    """
    mails = tuple(mails)
    recipients = [one for one, _ in mails]
    found: list[Finding] = []
    for rule in (_emptiness, _first, _audience, _pending, _unfilled, _claimed_verification, _old_signatures):
        found += rule(notice)
    for where, text in _texts(notice):
        found += [*_doubled(where, text), *_honorifics(where, text), *_mojibake(where, text)]
    known = {*names, *(publisher(one) for one in notice.advisories)}
    said = " ".join(word for one in notice.advisories for word in words_of(one))
    found += misspelt(_texts(notice), known, said)
    products = {name for one in notice.advisories for name in products_of(one)}
    found += misspelt_products(_texts(notice), products, said, is_product)
    found += unsupported(notice, recipients)
    found += _original(notice, post, provider)
    if not mails and not notice.digest:
        found.append(warning("no-mails", AUDIENCE, "no mail is sent (the page alone is published)"))
    for subject in {mail.subject for _, mail in mails} or {post.title}:
        found += [*_doubled(TITLE, subject), *_subject(notice, subject)]
    for recipient, mail in mails:
        found += _mail(recipient, mail)
    found += foreign(post, mails)
    return tuple(sorted(dict.fromkeys(found), key=lambda one: one.level != "error"))


def _texts(notice: Notice) -> Iterator[tuple[str, str]]:
    yield TITLE, notice.title
    for block in notice.blocks:
        yield in_block(block.key), block.text


def _emptiness(notice: Notice) -> Iterator[Finding]:
    if not notice.title.strip():
        yield error("no-title", TITLE, "the title is empty")
    if not any(block.text.strip() for block in notice.blocks if block.key != "change"):
        yield error("no-body", BODY, "the body is empty")


def _first(notice: Notice) -> Iterator[Finding]:
    """A 続報 follows something: without an earlier edition nobody knows what it goes on from."""
    if notice.edition == 1 and notice.step is Step.UPDATE:
        yield error("first-update", STEP, "this is the first edition and cannot be a 続報")


def _audience(notice: Notice) -> Iterator[Finding]:
    """Say that nobody is meant, or that it is not said who is."""
    if notice.audience.rule == "match" and not notice.case:
        yield error("no-audience", AUDIENCE, "nobody is affected by a notice without a case")
    if notice.audience.rule == "contract" and not notice.audience.plans:
        yield error("no-audience", AUDIENCE, "the audience names no plan")
    if (notice.audience.rule == "digest") is not bool(notice.matters):
        yield error(
            "no-audience", AUDIENCE, "only a digest goes to those whom its cases concern, and it to nobody else"
        )
    wanted = needed(notice)
    if "affected" in wanted and not notice.block("affected").strip():
        yield error("no-audience", in_block("affected"), "対象 is empty")
    if "services" in wanted and not notice.block("services").strip():
        yield error("no-audience", in_block("services"), "対象サービス is empty")


def _pending(notice: Notice) -> Iterator[Finding]:
    """Find 確認中: past the date beside it an error, else a warning."""
    for where, text in _texts(notice):
        for line in text.split("\n"):
            if "確認中" in line:
                dates = [read for found in _DATE.finditer(line) if (read := read_date(found.group()))]
                if dates and max(dates).astimezone(JST).date() < notice.as_of.astimezone(JST).date():
                    yield error("pending-overdue", where, "確認中 past its date: {line}", line=line.strip())
                else:
                    yield warning("pending", where, "still 確認中: {line}", line=line.strip())


def _unfilled(notice: Notice) -> Iterator[Finding]:
    """What a form left to be filled in stands in 〔 〕; a publisher's own brackets are his words."""
    for where, text in _texts(notice) if not notice.case else ():
        for found in dict.fromkeys(_UNFILLED.findall(text)):
            yield error("unfilled", where, "not filled in: {words}", words=found)


def _claimed_verification(notice: Notice) -> Iterator[Finding]:
    """A notice says that a signature was checked only where one was."""
    if any(one.trust is Trust.SIGNED for one in notice.advisories):
        return
    for where, text in _texts(notice):
        if found := _VERIFIED.search(text):
            yield error("not-verified", where, "says {words}, but no advisory of the case is verified", words=found[0])


def _old_signatures(notice: Notice) -> Iterator[Finding]:
    """A signature that cannot be relied on today is told to whoever decides."""
    for one in notice.advisories:
        if one.signature.verdict in (Verdict.EXPIRED_KEY, Verdict.LEGACY_UNVERIFIABLE):
            yield warning(
                one.signature.verdict.value, one.number, "the signature: {reason}", reason=one.signature.reason
            )


def _doubled(where: str, text: str) -> Iterator[Finding]:
    for found in _DOUBLED.finditer(text):
        yield error("doubled-phrase", where, "the phrase stands twice: {phrase}", phrase=found.group(1))


def _honorifics(where: str, text: str) -> Iterator[Finding]:
    for found in _MIXED.finditer(text):
        yield error("honorific", where, "honorifics do not go together: {words}", words=found.group().strip())


def _mojibake(where: str, text: str) -> Iterator[Finding]:
    if found := _broken(text):
        yield error("mojibake", where, _BROKEN_WORDS, characters=found)


def _original(notice: Notice, post: Post, provider: Provider) -> Iterator[Finding]:
    """A quoted signed text needs its verified original beside it to download."""
    pasted = any("BEGIN PGP SIGNED MESSAGE" in block.text for block in notice.blocks)
    quoted = notice.advisories if pasted else notice.advisories[:1] if notice.quote == "whole" else ()
    if pasted and not quoted:
        yield error("no-original", POST, "a signed text is quoted without its original to download")
    for one in quoted:
        url = original_url(one, provider)
        if one.signature.verdict is not Verdict.UNSIGNED and (not url or url not in post.text):
            yield error(
                "no-original",
                POST,
                "the signed text of {number} is quoted without its verified original to download",
                number=one.number,
            )


def _subject(notice: Notice, subject: str) -> Iterator[Finding]:
    if len(subject) > LIMIT:
        yield error("subject-length", TITLE, "{count} characters; {limit} at most", count=len(subject), limit=LIMIT)
    place = named_at(subject, notice.advisories)
    products = sorted({name for one in notice.advisories for name in products_of(one)})
    if notice.kind is Kind.DIGEST:
        return  # it names no case: each reader's mail has its own
    if place > MATTER:
        yield error("subject-matter", TITLE, "the product's name comes after the first {limit}", limit=MATTER)
    elif products and place < 0:
        yield warning("subject-matter", TITLE, "names none of the products: {products}", products=", ".join(products))


def _mail(recipient: Recipient, mail: MailText) -> Iterator[Finding]:
    where = in_mail(recipient.customer.id)
    paragraphs = (mail.subject, *mail.text.split("\n\n"))
    if broken := next(filter(None, map(_broken, paragraphs)), ""):
        yield error("mojibake", where, _BROKEN_WORDS, characters=broken)
    head = mail.text.partition("\n")[0]
    if head != honorific(recipient.customer):
        yield error("honorific", where, "does not open with {name}", name=honorific(recipient.customer))
    yield from _honorifics(where, head)
    for url in (url for one in paragraphs for url in _login_links(one)):
        yield error("login-link", where, "a link to a page that asks for a password: {url}", url=url)
    yield from _unencodable(where, paragraphs, recipient.customer.encoding)


# The mails of a notice have nearly all their paragraphs in common: what was seen in one need not be looked for again.
@lru_cache(maxsize=4096)
def _broken(text: str) -> str:
    found = _BROKEN.search(text)
    return found.group() if found else ""


@lru_cache(maxsize=4096)
def _login_links(text: str) -> tuple[str, ...]:
    found = ((url, urlsplit(url)) for url in re.findall(r"https?://[!-~]+", text))
    return tuple(url for url, at in found if _LOGIN.search(at.path) or _LOGIN.search(at.netloc.partition(".")[0]))


def _unencodable(where: str, paragraphs: Iterable[str], encoding: str) -> Iterator[Finding]:
    """Find what an ISO-2022-JP (or other) mail cannot carry: ①, 髙, half-width katakana."""
    try:
        bad = sorted({character for one in paragraphs for character in _outside(one, encoding)})
    except LookupError:
        yield error("encoding", where, "unknown encoding {encoding}", encoding=encoding)
        return
    if bad:
        yield error("encoding", where, "{encoding} has no {characters}", encoding=encoding, characters=" ".join(bad))


@lru_cache(maxsize=4096)
def _outside(text: str, encoding: str) -> frozenset[str]:
    return frozenset(one for one in set(text) if one.translate(JIS).encode(encoding, "ignore") == b"")
