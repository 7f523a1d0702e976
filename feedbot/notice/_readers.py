"""Whether each mail is in the right name and for eyes that may see it: a last look, whoever put its address on it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from feedbot.notice._findings import AUDIENCE, POST, Finding, error, in_mail
from feedbot.notice._model import MailText, Post, Provider, Recipient

_LEAST = 3
"""A name shorter than this is a part of too many words."""


def misread(mails: Sequence[tuple[Recipient, MailText]], brands: Mapping[str, Provider]) -> Iterator[Finding]:
    """Yield every mail about servers that its reader may not know of, and every name of one brand in another's mail.

    `brands` are all names by brand, the provider's own under the empty one. Its page and site addresses count as names.
    """
    barred = {brand: _barred(brand, brands) for brand in {one.brand for one, _ in mails}}
    for recipient, mail in mails:
        yield from _strangers(recipient)
        text = f"{mail.subject}\n{mail.text}\n{mail.html}"
        for name in barred[recipient.brand]:
            if name in text:
                yield error("foreign-brand", in_mail(recipient.id), "names {name} of another brand", name=name)
    seen: set[str] = set()
    for recipient, _ in mails:
        if recipient.id in seen:
            yield error("mail-twice", AUDIENCE, "two mails are the same recipient's: {id}", id=recipient.id)
        seen.add(recipient.id)


def misplaced(pages: Mapping[str, Post], brands: Mapping[str, Provider]) -> Iterator[Finding]:
    """Yield every name of one brand in the post on another's pages; `pages` by brand, as `brands`."""
    for brand, post in pages.items():
        text = f"{post.title}\n{post.text}\n{post.html}\n{post.markdown}"
        for name in _barred(brand, brands):
            if name in text:
                where = f"{POST} {brand}".rstrip()
                yield error("foreign-brand", where, "names {name} of another brand", name=name)


def _strangers(one: Recipient) -> Iterator[Finding]:
    """A mail is about one customer. A reseller reads it only as that customer's own row says."""
    where = in_mail(one.id)
    wrong = {share.contract.id for share in one.exposures if share.contract.customer != one.customer.id}
    wrong |= {share.contract.id for share in one.exposures if share.customer.id != one.customer.id}
    for contract in sorted(wrong):
        yield error("foreign-name", where, "names {name} of another customer", name=contract)
    for contract in sorted({share.contract.id for share in one.exposures if share.contract.brand != one.brand}):
        yield error("foreign-brand", where, "the contract {contract} is of another brand", contract=contract)
    allowed = one.end is not None and (one.end.reseller, one.end.id) == (one.reseller, one.customer.id)
    if (one.reseller or one.end) and not allowed:
        yield error("foreign-reader", where, "{reader} is not his reseller", reader=one.reseller)


def _barred(brand: str, brands: Mapping[str, Provider]) -> tuple[str, ...]:
    """Return the names of all other brands but those that are parts of this one's own."""
    own = "\n".join(_names(brands[brand])) if brand in brands else ""
    others = (name for key, one in brands.items() if key != brand for name in _names(one))
    return tuple(sorted({name for name in others if len(name) >= _LEAST and name not in own}))


def _names(one: Provider) -> Iterable[str]:
    domain = one.from_address.partition("@")[2]
    site = one.site_url.partition("://")[2].partition("/")[0]
    return filter(None, (one.name, one.service, one.organisation, domain, site, one.contact, one.signature))
