"""One row of a table of customers, contacts or contracts: its columns, its words, and what is wrong with it."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar
from unicodedata import normalize

from feedbot.inventory._lines import Line, server_name
from feedbot.inventory._model import (
    Contact,
    Contract,
    Customer,
    PatchedBy,
    Plan,
    Receives,
    RefusedRow,
    Role,
    Server,
    Topic,
)
from feedbot.inventory._release import release_of
from feedbot.inventory._table import Columns, Record
from feedbot.messages import tr

Noun = Customer | Contact | Contract | Server
_OF_CUSTOMER = ("customerid", "id", "顧客", "顧客番号", "顧客id", "お客様番号")
_ADDRESS: Columns = {
    "email": ("mail", "メル", "メルアドレス"),
    "language": ("lang", "言語"),
    "encoding": ("charset", "文字コド"),
    "opt_out": ("optout", "配信停止", "停止"),
}
CUSTOMERS: Columns = {
    "customer": _OF_CUSTOMER,
    "name": ("customername", "名前", "お名前", "氏名", "名称", "会社名", "顧客名", "お客様名"),
    "honorific": ("敬称",),
    **_ADDRESS,
    "reseller": ("代理店", "代理店番号"),
    "receives": ("送付先", "宛先"),
}
CONTACTS: Columns = {
    "customer": _OF_CUSTOMER,
    "name": ("contact", "contactname", "名前", "お名前", "氏名", "担当者", "担当者名", "ご担当者名"),
    "department": ("部署", "部署名"),
    "roles": ("role", "役割", "区分"),
    **_ADDRESS,
}
CONTRACTS: Columns = {
    "server": ("servername", "host", "hostname", "サバ", "サバ名", "ホスト", "ホスト名"),
    "contract": ("contractid", "契約", "契約番号", "契約id", "ご契約番号"),
    "customer": _OF_CUSTOMER,
    "plan": ("プラン", "契約種別", "種別"),
    "root": ("rootaccess", "root権限", "管理者権限"),
    "os": ("release", "ディストリビュション"),
    "patched_by": ("patchedby", "更新担当", "更新作業"),
    "brand": ("ブランド",),
    "waives": ("停止可", "配信停止可"),
    "since": ("from", "開始", "開始日"),
    "until": ("to", "終了", "終了日"),
}

PLANS: Mapping[str, Plan] = {
    "共用": Plan.SHARED,
    "共有": Plan.SHARED,
    "vps": Plan.VPS,
    "専用": Plan.DEDICATED,
    "マネージド": Plan.MANAGED,
    **{plan.value: plan for plan in Plan},
}
_ROLES = {"技術": Role.TECHNICAL, "管理": Role.ADMINISTRATIVE, "緊急": Role.EMERGENCY} | {
    one.value: one for one in Role
}
_TOPICS = {
    "注意喚起": Topic.SECURITY,
    "障害報告": Topic.TROUBLE,
    "メンテナンス": Topic.MAINTENANCE,
    "お知らせ": Topic.OWN,
    "緊急": Topic.URGENT,
} | {one.value: one for one in Topic}
_WAIVABLE = {word: one for word, one in _TOPICS.items() if one in (Topic.SECURITY, Topic.URGENT)}
_RECEIVES = {"直接": Receives.CUSTOMER, "代理店": Receives.RESELLER, "両方": Receives.BOTH} | {
    one.value: one for one in Receives
}
_PATCHED_BY = {"お客様": PatchedBy.CUSTOMER, "弊社": PatchedBy.PROVIDER} | {one.value: one for one in PatchedBy}
_YES = frozenset({"yes", "true", "1", "あり", "有", "有り"})
_NO = frozenset({"no", "false", "0", "なし", "無", "無し"})
_HONORIFICS = {"": False, "様": False, "御中": True}
_LANGUAGES = ("ja", "en")
_ENCODINGS = ("utf-8", "iso-2022-jp")
_ID = re.compile(r"\S{1,64}")
_BETWEEN = re.compile(r"[\s・、;/|]+")
_DAY = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})")
_YEARS = range(1970, 3000)
_NO_END = 9000
"""From this year on a last day is what other systems write for none: 9999-12-31."""
_MAX_NAME = 200
_RELEASES = "debian:12, ubuntu:22.04, almalinux:9"
# One mailbox in ASCII. Two dots in a row are against RFC 5321 but were given out by Japanese mobile carriers.
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}")
_Word = TypeVar("_Word", bound=StrEnum)
_Faults = Callable[[Record], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Entry:
    """One row that was taken in, and what it says."""

    line: Line
    nouns: tuple[Noun, ...]


def customer(record: Record) -> Entry | RefusedRow:
    """Read a row of CUSTOMERS."""
    if reason := _first(record, _customer_faults):
        return record.line.refused(reason)
    receives = _known(_RECEIVES, record.get("receives"))
    through = record.get("reseller")
    made = Customer(
        record.get("customer"),
        record.get("name"),
        record.get("email"),
        _HONORIFICS[record.get("honorific")],
        record.get("language").lower() or "ja",
        record.get("encoding").lower() or "utf-8",
        through,
        receives or (Receives.RESELLER if through else Receives.CUSTOMER),
        _words(_TOPICS, record.get("opt_out")),
    )
    return Entry(record.line, (made,))


def contact(record: Record) -> Entry | RefusedRow:
    """Read a row of CONTACTS."""
    if reason := _first(record, _contact_faults):
        return record.line.refused(reason)
    made = Contact(
        record.get("customer"),
        record.get("email"),
        _words(_ROLES, record.get("roles")),
        record.get("name"),
        record.get("department"),
        record.get("language").lower() or "ja",
        record.get("encoding").lower() or "utf-8",
        _words(_TOPICS, record.get("opt_out")),
    )
    return Entry(record.line, (made,))


def contract(record: Record) -> Entry | RefusedRow:
    """Read a row of CONTRACTS: a contract, and its server where the row names one."""
    if reason := _first(record, _contract_faults):
        return record.line.refused(reason)
    id_, server = record.get("contract"), server_name(record.get("server"))
    made = Contract(
        id_,
        record.get("customer"),
        PLANS[_folded(record.get("plan"))],
        record.get("root").casefold() in _YES,
        _known(_PATCHED_BY, record.get("patched_by")),
        record.get("brand"),
        _words(_WAIVABLE, record.get("waives")),
    )
    if not server:
        return Entry(record.line, (made,))
    since, until = _day(record.get("since")), _last_day(record.get("until"))
    return Entry(record.line, (made, Server(server, id_, release_of(record.get("os")), since, until)))


def _first(record: Record, faults: _Faults) -> str:
    return next(faults(record), "")


def _customer_faults(record: Record) -> Iterator[str]:
    yield from _empty(record, ("customer", "name", "email"))
    yield from _not_ids(record, "customer", "reseller")
    yield from _too_long(record, "name")
    yield from _address_faults(record, "honorific")
    yield from _unknown_word(record, "receives", _RECEIVES)
    if record.get("receives") and not record.get("reseller"):
        yield tr("the column {name} is given without a reseller", name="receives")
    if record.get("reseller") == record.get("customer"):
        yield tr("the customer {id} is his own reseller", id=record.get("customer"))


def _contact_faults(record: Record) -> Iterator[str]:
    yield from _empty(record, ("customer", "email", "roles"))
    yield from _not_ids(record, "customer")
    yield from _too_long(record, "name", "department")
    yield from _address_faults(record)
    yield from _unknown_words(record, "roles", _ROLES)


def _contract_faults(record: Record) -> Iterator[str]:
    yield from _empty(record, ("contract", "customer", "plan", "root"))
    yield from _not_ids(record, "contract", "customer")
    if record.get("server") and not server_name(record.get("server")):
        yield tr("not a host name")
    if _folded(record.get("plan")) not in PLANS:
        yield tr("no such plan: {name}; known: {known}", name=record.get("plan"), known=", ".join(PLANS))
    if record.get("root").casefold() not in _YES | _NO:
        yield tr("root must be {known}", known="あり, なし, yes, no")
    if record.get("os") and not release_of(record.get("os")):
        yield tr("no such release: {name}; for example {known}", name=record.get("os"), known=_RELEASES)
    yield from _unknown_word(record, "patched_by", _PATCHED_BY)
    yield from _unknown_words(record, "waives", _WAIVABLE)
    patched_by = _known(_PATCHED_BY, record.get("patched_by"))
    if patched_by is PatchedBy.CUSTOMER and record.get("root").casefold() in _NO:
        yield tr("the customer cannot update a server on which he has no root")
    yield from _period_faults(record)


def _period_faults(record: Record) -> Iterator[str]:
    for column in ("since", "until"):
        if record.get(column) and not record.get("server"):
            yield tr("the column {name} is of a server, and the row names none", name=column)
        yield from _day_faults(record, column)
    since, until = _day(record.get("since")), _last_day(record.get("until"))
    if since and until and until < since:
        yield tr("the last day {until} is before the first, {since}", since=since, until=until)


def _day_faults(record: Record, column: str) -> Iterator[str]:
    """What is wrong with a day: history is kept as times in UTC, which the first and the last years do not have."""
    text = record.get(column)
    day = _day(text)
    if text and day is None:
        yield tr("the column {name} is no day: {value}; for example 2026-04-01", name=column, value=text)
    elif day and day.year not in _YEARS and not (column == "until" and day.year >= _NO_END):
        yield tr(
            "the column {name} has a year that is not from {first} to {last}: {value}",
            name=column,
            value=text,
            first=_YEARS[0],
            last=_YEARS[-1],
        )


def _address_faults(record: Record, *more: str) -> Iterator[str]:
    """What is wrong with where and how somebody is written to."""
    if not _EMAIL.fullmatch(record.get("email")):
        yield tr("not one address: {email}", email=record.get("email"))
    if "honorific" in more and record.get("honorific") not in _HONORIFICS:
        yield tr("the honorific must be {known}", known="様, 御中")
    language, encoding = record.get("language").lower() or "ja", record.get("encoding").lower() or "utf-8"
    if language not in _LANGUAGES:
        yield tr("no such language: {name}; known: {known}", name=language, known=", ".join(_LANGUAGES))
    if encoding not in _ENCODINGS:
        yield tr("no such encoding of mail: {name}; known: {known}", name=encoding, known=", ".join(_ENCODINGS))
    yield from _unknown_words(record, "opt_out", _TOPICS)


def _empty(record: Record, columns: Iterable[str]) -> Iterator[str]:
    return (tr("the column {name} is empty", name=column) for column in columns if not record.get(column))


def _not_ids(record: Record, *columns: str) -> Iterator[str]:
    for id_ in filter(None, map(record.get, columns)):
        if not _ID.fullmatch(id_):
            yield tr("not an id: {id}", id=id_)


def _too_long(record: Record, *columns: str) -> Iterator[str]:
    for column in columns:
        if len(record.get(column)) > _MAX_NAME:
            yield tr("the {name} is longer than {most} characters", name=column, most=_MAX_NAME)


def _unknown_word(record: Record, column: str, known: Mapping[str, StrEnum]) -> Iterator[str]:
    if record.get(column) and _folded(record.get(column)) not in known:
        yield _not_known(column, record.get(column), known)


def _unknown_words(record: Record, column: str, known: Mapping[str, StrEnum]) -> Iterator[str]:
    for word in _split(record.get(column)):
        if word not in known:
            yield _not_known(column, word, known)


def _not_known(column: str, word: str, known: Mapping[str, StrEnum]) -> str:
    return tr(
        "the column {name} has no such word: {word}; known: {known}", name=column, word=word, known=", ".join(known)
    )


def _split(text: str) -> list[str]:
    return [_folded(word) for word in _BETWEEN.split(text) if word]


def _words(known: Mapping[str, _Word], text: str) -> tuple[_Word, ...]:
    """Return the words of a field in the order of their enumeration, so that a reordered field is no change."""
    found = {known[word] for word in _split(text)}
    return tuple(sorted(found, key=list(dict.fromkeys(known.values())).index))


def _known(known: Mapping[str, _Word], text: str) -> _Word | None:
    return known.get(_folded(text))


def _folded(text: str) -> str:
    return normalize("NFKC", text).casefold()


def _day(text: str) -> date | None:
    """Read 2026-04-01 or 2026/4/1; None for anything else, also for a day that no calendar has."""
    found = _DAY.fullmatch(text)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def _last_day(text: str) -> date | None:
    """Read a last day; None also for 9999-12-31 and the like, which mean that there is none."""
    day = _day(text)
    return None if day is None or day.year >= _NO_END else day
