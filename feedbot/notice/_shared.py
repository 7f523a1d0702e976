"""Render the mails of a notice by the thousand, at the cost of the few shapes they have.

The names in a mail (of the customer, his contracts and servers) are only put in; all else follows from its shape: the
plans, the distributions, what is installed and what is wrong with it.

1. The first mail of a shape is rendered whole.
2. The second is rendered whole, and once more with marks where its names stand.
3. Where the names put for the marks give the same mail to the byte, the further mails of the shape are made so; else
   each of them is rendered whole. So is every mail whose names could be read as markup, and every mail where a template
   of the operator's own asks for anything of the recipient: it may decide by a name.

Names are put in before the text is folded and made HTML, paragraph by paragraph; paragraphs without a name are made
once.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from feedbot.inventory import Customer
from feedbot.matching import Exposure
from feedbot.notice import _render
from feedbot.notice._formats import to_html, to_text
from feedbot.notice._layout import parse
from feedbot.notice._model import MailText, Notice, Provider, Recipient
from feedbot.notice._render import Templates
from feedbot.notice._words import natural

_OPEN, _CLOSE = "\ue000", "\ue001"
"""Of the private use area: no codec of mails or feeds makes them, and no keyboard types them."""
_MARK = re.compile(f"{_OPEN}([0-9]{{1,5}}){_CLOSE}")
_IMPERSONAL = frozenset({"notice", "provider", "block", "omit", "signed", "page_url"})
_FURTHER = re.compile(r"\{%[-+]?\s*(?:include|import|from|extends)\b")


@dataclass(frozen=True, slots=True)
class _Shape:
    """A recipient with marks for names, and the names in the order of the marks."""

    recipient: Recipient
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Form:
    """A mail with marks: the paragraphs, each cut at its marks (what stands at 1, 3, 5 … numbers a name)."""

    subject: str
    frame: tuple[str, str]
    keep: tuple[str, ...]
    paragraphs: tuple[tuple[str, ...], ...]

    @property
    def highest(self) -> int:
        """The highest number of a name."""
        return max((int(one) for cut in self.paragraphs for one in cut[1::2]), default=-1)

    def filled(self, names: tuple[str, ...]) -> MailText:
        """Put names for the marks."""
        return _mail(self.subject, self.frame, self.keep, (_put(one, names) for one in self.paragraphs))


def mails(
    notice: Notice, recipients: Iterable[Recipient], provider: Provider, templates: Templates
) -> Iterator[MailText]:
    """Yield the mail of each recipient, in their order: the bytes that `render.mail` gives.

    Raises NoticeError as `render.mail` does.
    """
    heading = _render.subject(notice, provider, templates)
    frame = _frame(heading, templates)
    shared = frame is not None and _impersonal(f"notice/{notice.kind}_mail.j2", templates)
    forms: dict[Recipient, _Form | None] = {}
    seen: set[Recipient] = set()
    for recipient in recipients:
        shape = _shape(recipient) if shared else None
        form = forms.get(shape.recipient) if shape else None
        if form and shape:
            yield form.filled(shape.names)
            continue
        whole = _render.mail(notice, recipient, provider, templates)
        yield whole
        if shape and frame and shape.recipient in seen and shape.recipient not in forms:
            made = _form(notice, shape.recipient, provider, templates, heading, frame)
            proven = made.highest < len(shape.names) and made.filled(shape.names) == whole
            forms[shape.recipient] = made if proven else None
        elif shape:
            seen.add(shape.recipient)


def _form(
    notice: Notice,
    marked: Recipient,
    provider: Provider,
    templates: Templates,
    heading: str,
    frame: tuple[str, str],
) -> _Form:
    text = _render.mail_source(notice, marked, provider, templates)
    paragraphs = tuple(tuple(_MARK.split(one)) for one in _paragraphs(text))
    return _Form(heading, frame, _render.kept(notice), paragraphs)


def _put(cut: tuple[str, ...], names: tuple[str, ...]) -> str:
    if len(cut) == 1:
        return cut[0]
    return "".join(names[int(piece)] if at % 2 else piece for at, piece in enumerate(cut))


def _mail(subject: str, frame: tuple[str, str], keep: tuple[str, ...], paragraphs: Iterable[str]) -> MailText:
    made = [_made(one, keep) for one in paragraphs]
    body = "\n".join(html for _, html in made) + "\n"
    return MailText(subject, "\n\n".join(text for text, _ in made) + "\n", body.join(frame))


@lru_cache(maxsize=4096)
def _made(paragraph: str, keep: tuple[str, ...]) -> tuple[str, str]:
    """Return a paragraph as text and as HTML; those that a notice's mails have in common stay in the cache."""
    parts = parse(paragraph)
    return to_text(parts, keep).removesuffix("\n"), to_html(parts).removesuffix("\n")


def _paragraphs(text: str) -> Iterator[str]:
    """Cut a text where `parse` begins anew, whatever stands before: at its blank lines."""
    lines: list[str] = []
    for line in [*text.split("\n"), ""]:
        if line.strip() or line.startswith("    "):
            lines.append(line)
        elif lines:
            yield "\n".join(lines)
            lines = []


def _frame(subject: str, templates: Templates) -> tuple[str, str] | None:
    """Return the HTML before and behind a mail's body; None where the operator's own page may look into the body."""
    if not _ours("notice/mail.html.j2", templates):
        return None
    page = templates.text("notice/mail.html.j2", {"subject": subject, "body": f"{_OPEN}0{_CLOSE}"})
    before, _, behind = page.partition(f"{_OPEN}0{_CLOSE}")
    return before, behind


def _ours(name: str, templates: Templates) -> bool:
    return templates.place(name) == str(_render.shipped() / name)


def _impersonal(name: str, templates: Templates) -> bool:
    """Tell whether a template and all it includes are ours, or ask for nothing of the recipient."""
    if _ours(name, templates):
        return all(_impersonal(one, templates) for one in templates.asked_for(name))
    return templates.unset(name).keys() <= _IMPERSONAL and not _FURTHER.search(templates.source(name))


def _shape(recipient: Recipient) -> _Shape | None:
    """Put marks for the names; None where a name is more than a name."""
    names: list[str] = []
    whose = _unnamed(recipient.customer, names)
    end = _unnamed(recipient.end, names) if recipient.end else None
    ordered = sorted(recipient.exposures, key=_as_shown) if len(recipient.exposures) > 1 else recipient.exposures
    contracts: dict[str, str] = {}
    made: list[Exposure] = []
    for one in ordered:
        if one.contract.id not in contracts:
            contracts[one.contract.id] = _mark(len(names))
            names.append(one.contract.id)
        contract = replace(one.contract, id=contracts[one.contract.id], customer=whose.id)
        server = replace(one.server, name=_mark(len(names)) if one.server.name else "", contract=contract.id)
        names += [one.server.name] if one.server.name else []
        made.append(replace(one, customer=whose, contract=contract, server=server))
    named = [one.name for one in (recipient.customer, recipient.end) if one]
    if any(one.endswith(("御中", "様")) for one in named) or not all(map(_is_name, names)):
        return None
    # Which address and which reseller it is for decides where a mail goes, and nothing in it.
    marked = replace(recipient, customer=whose, exposures=tuple(made), end=end, contact="", reseller="")
    return _Shape(marked, tuple(names))


def _unnamed(customer: Customer, names: list[str]) -> Customer:
    at = len(names)
    names += (customer.id, customer.name, customer.email)
    return replace(customer, id=_mark(at), name=_mark(at + 1), email=_mark(at + 2))


def _as_shown(one: Exposure) -> tuple[object, ...]:
    return natural(one.contract.id), one.contract.id, natural(one.server.name)


def _mark(number: int) -> str:
    return f"{_OPEN}{number}{_CLOSE}"


def _is_name(text: str) -> bool:
    """Tell whether a text is one line of something, and stays that wherever it is put."""
    return bool(text) and text == text.strip() and not re.search(f"[\n{_OPEN}{_CLOSE}]", text)
