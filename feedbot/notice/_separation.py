"""Find a customer's names where they do not belong: in the post, or in another customer's mail."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from feedbot.notice._findings import POST, Finding, error, in_mail
from feedbot.notice._model import MailText, Post, Recipient
from feedbot.notice._words import honorific

_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]*")
_TELLING = re.compile(r"[0-9._@-]")
"""A name of letters alone (mail, web) is also a word; it tells nobody's identity."""


def foreign(post: Post, mails: Sequence[tuple[Recipient, MailText]]) -> Iterator[Finding]:
    """Yield every name of a customer in the post, and of another customer in a mail. Linear in the mails."""
    owners: dict[str, set[str]] = {}
    for recipient, _ in mails:
        for token in _tokens_of(recipient):
            owners.setdefault(token, set()).add(recipient.customer.id)
    public = _tokens(post.text + post.html + post.markdown + post.title)
    for token in sorted(one for one in public if one in owners):
        yield error("foreign-name", POST, "the post names {name}", name=token)
    for recipient, mail in mails:
        if len(recipient.customer.name) > 2 and recipient.customer.name in post.text:
            yield error("foreign-name", POST, "the post names {name}", name=recipient.customer.name)
        yield from _in_mail(recipient, mail, owners)


def _in_mail(recipient: Recipient, mail: MailText, owners: dict[str, set[str]]) -> Iterator[Finding]:
    where = in_mail(recipient.customer.id)
    paragraphs, found = mail.text.split("\n\n"), set[str]()
    for part in (mail.subject, *paragraphs, *mail.html.split("\n")):
        found.update(one for one in _tokens(part) if one in owners)
    for token in sorted(found):
        if recipient.customer.id not in owners[token]:
            yield error("foreign-name", where, "names {name} of another customer", name=token)
    own = honorific(recipient.customer)
    for line in (line for part in paragraphs for line in _addressed(part)):
        if line != own:
            yield error("foreign-name", where, "names {name} of another customer", name=line)


# No token and no line reaches over a line's end, so a mail's are those of its parts; most parts are in many mails.
@lru_cache(maxsize=8192)
def _addressed(text: str) -> tuple[str, ...]:
    return tuple(line for line in text.split("\n") if line.endswith((" 御中", " 様")))


@lru_cache(maxsize=8192)
def _tokens(text: str) -> frozenset[str]:
    return frozenset(one.strip("._@+-") for one in _TOKEN.findall(text))


def _tokens_of(recipient: Recipient) -> Iterator[str]:
    names = [recipient.customer.id, recipient.customer.email]
    for exposure in recipient.exposures:
        names += (exposure.server.name, exposure.contract.id)
    return (name for name in names if len(name) > 3 and _TELLING.search(name))
