"""At which addresses a notice is read: the roles it goes to, resellers, opt-outs, brands. One person gets one mail.

For each customer of the audience:
1. His servers are divided by the brands of their contracts: a mail is in one name.
2. He reads it, or his reseller, or both, as the customer's row says. A reseller gets one mail for each customer of his,
   which he can hand on as it is: no mail is ever about two customers.
3. Each role that the notice goes to is answered by the contacts who hold it; one that nobody holds, by the main
   address. So a role that was left out never means that nobody is told.
4. An address that declines the topic gets no mail, and nobody gets it in its place. 注意喚起 and 緊急 can be declined
   for those contracts only that allow it; of the others' servers the mail still speaks.
5. One address gets one mail a customer and brand, however many roles it holds and contracts it is named for. The same
   address with another customer gets another mail: what is of two customers never stands in one.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain

from feedbot.errors import NoticeError
from feedbot.inventory import Contact, Customer, Receives, Role, Topic
from feedbot.matching import Exposure
from feedbot.notice._model import Recipient

_ONLY_BY_CONTRACT = frozenset({Topic.SECURITY, Topic.URGENT})
_HONORIFICS = re.compile(r"(?:\s*(?:様|御中))+\s*\Z")


@dataclass(frozen=True, slots=True)
class AddressBook:
    """Who can be written to: `customers` by id, resellers among them, and the contacts of each."""

    customers: Mapping[str, Customer]
    contacts: Mapping[str, tuple[Contact, ...]]


@dataclass(frozen=True, slots=True)
class Addressed:
    """The mails of a notice, and the addresses that declined: (customer, address)."""

    recipients: tuple[Recipient, ...]
    declined: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Box:
    """An address, how its reader is written to, and what it declines. `contact` is empty for the main address."""

    addressed: Customer
    contact: str
    opt_outs: tuple[Topic, ...]


def addressed(
    shares: Iterable[Recipient], book: AddressBook, roles: Iterable[Role], topics: Iterable[Topic]
) -> Addressed:
    """Return the mails for these shares, one a customer, sorted by customer, reader, address and brand.

    `topics` are what the notice is about; an address that declines one of them declines the notice, but 緊急 overrules:
    of an urgent notice only that counts. Raises NoticeError for a reseller who is not in the book.
    """
    wanted, about = tuple(dict.fromkeys(roles)), _counting(frozenset(topics))
    made: list[Recipient] = []
    declined: dict[tuple[str, str], None] = {}
    for share in shares:
        for brand, exposures in _by_brand(share).items():
            seen: set[str] = set()
            for reader in _readers(share.customer, book):
                for box in _boxes(reader, book, wanted):
                    address = box.addressed.email.casefold()
                    kept = _not_declined(exposures, box.opt_outs, about)
                    if kept is None:
                        declined[share.customer.id, box.addressed.email] = None
                    elif address not in seen:
                        made.append(_recipient(share.customer, reader, box, kept, brand))
                    seen.add(address)
    made.sort(key=lambda one: (one.customer.id, one.id))
    return Addressed(tuple(made), tuple(declined))


def _counting(topics: frozenset[Topic]) -> frozenset[Topic]:
    return frozenset({Topic.URGENT}) if Topic.URGENT in topics else topics


def _by_brand(share: Recipient) -> dict[str, tuple[Exposure, ...]]:
    """Divide by brand; who has no contract any more (a 取下げ to somebody who left) is written to as he was told."""
    parts: dict[str, list[Exposure]] = {} if share.exposures else {share.brand: []}
    for one in share.exposures:
        parts.setdefault(one.contract.brand, []).append(one)
    return {brand: tuple(own) for brand, own in sorted(parts.items())}


def _readers(customer: Customer, book: AddressBook) -> Iterator[Customer]:
    if not customer.reseller or customer.receives is not Receives.RESELLER:
        yield customer
    if customer.reseller and customer.receives is not Receives.CUSTOMER:
        if customer.reseller not in book.customers:
            raise NoticeError(
                customer.id,
                "his reseller {reseller} is not among the customers",
                hint="import the customers again: feedbot customers import",
                reseller=customer.reseller,
            )
        yield book.customers[customer.reseller]


def _boxes(reader: Customer, book: AddressBook, roles: tuple[Role, ...]) -> Iterator[_Box]:
    """Yield the addresses that answer for the roles: the main one first where it does."""
    contacts = book.contacts.get(reader.id, ())
    held = frozenset(chain.from_iterable(one.roles for one in contacts))
    if any(role not in held for role in roles):
        yield _Box(reader, "", reader.opt_outs)
    for one in contacts:
        if any(role in one.roles for role in roles):
            yield _Box(_as_contact(reader, one), one.email.casefold(), one.opt_outs)


def _as_contact(reader: Customer, contact: Contact) -> Customer:
    """Return a customer as a contact is written to: 会社名 部署 氏名 様 or 会社名 部署 御中.

    Of a person 氏名 様: the contact's own, or where no contact is named his, for no department is a person's. A person
    whose contact has a department and a name is taken for a company that came without an honorific. Only the one
    honorific of the mail stands there, whatever the fields bring.
    """
    company, department, name = map(_bare, (reader.name, contact.department, contact.name))
    if reader.organisation or (department and name):
        words: tuple[str, ...] = (company, department, name)
    else:
        words = (name or company,)
    return replace(
        reader,
        name=" ".join(filter(None, words)) or reader.name,
        email=contact.email,
        organisation=reader.organisation and not name,
        language=contact.language,
        encoding=contact.encoding,
    )


def _bare(text: str) -> str:
    """Return a name without the honorifics behind it."""
    return _HONORIFICS.sub("", text).strip()


def _not_declined(
    exposures: tuple[Exposure, ...], opt_outs: tuple[Topic, ...], about: frozenset[Topic]
) -> tuple[Exposure, ...] | None:
    """Return what a reader is still told; None where that is nothing."""
    refused = about & set(opt_outs)
    if not refused:
        return exposures
    if refused - _ONLY_BY_CONTRACT:
        return None
    kept = tuple(one for one in exposures if not refused <= set(one.contract.waives))
    return kept or None


def _recipient(customer: Customer, reader: Customer, box: _Box, kept: tuple[Exposure, ...], brand: str) -> Recipient:
    if reader is customer or reader.id == customer.id:
        return Recipient(box.addressed, kept, box.contact, brand)
    whose = replace(box.addressed, id=customer.id, reseller=customer.reseller, receives=customer.receives)
    return Recipient(whose, kept, box.contact, brand, reader.id, customer)
