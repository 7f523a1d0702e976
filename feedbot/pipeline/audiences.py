"""Audiences that the operator writes, and how many they are before anything is drafted."""

from collections import Counter
from dataclasses import dataclass

from feedbot.errors import NoticeError
from feedbot.inventory import Topic
from feedbot.matching import expression
from feedbot.notice import TOPICS, Audience, Kind, audience_text, read_audience
from feedbot.pipeline._edges import Edges
from feedbot.pipeline._known import check
from feedbot.pipeline._recipients import addressed_as
from feedbot.pipeline.match import audience, match
from feedbot.store import cases, reading


@dataclass(frozen=True, slots=True)
class Count:
    """How many an audience is. `mails` counts addresses, `brands` mails by brand, `resellers` those that go to
    resellers; `declined` are addresses that get none since they declined it. `read` is the audience as it was read."""

    customers: int
    contracts: int
    servers: int
    mails: int
    resellers: int
    declined: int
    brands: tuple[tuple[str, int], ...]
    read: str


def named(edges: Edges, text: str) -> Audience:
    """Return the audience that a person means: one of the configuration's names, the words of 対象, or an expression.

    Raises ExpressionError at the place that cannot be read, or that names what nobody has (brand == "tpyo").
    """
    wanted = _read(edges, text)
    with reading(edges.database) as tx:
        check(edges, tx, wanted)
    return wanted


def _read(edges: Edges, text: str) -> Audience:
    if text in edges.audiences:
        return _written(edges.audiences[text])
    try:
        return read_audience(text, text)
    except NoticeError:
        return _written(text)


def _written(text: str) -> Audience:
    expression.parse(text)
    return Audience("expression", expression=text.strip())


def count(edges: Edges, text: str, kind: Kind, *, case: str = "", urgent: bool = False) -> Count:
    """Count whom a notice of this kind would reach: by the audience `text` means, at the addresses of its roles.

    Nothing is drafted. Raises what `named` and `chosen` raise, and NoticeError where `affected` is asked of no case.
    """
    wanted = named(edges, text)
    with reading(edges.database) as tx:
        found = cases.load(tx, case) if case else None
        if found is None and _asks_of_a_case(wanted):
            raise NoticeError(text, "what is affected is asked of a case, and none is given", hint="add --case CASE")
        exposures = match(edges, tx, found).exposures if found else ()
        shares = audience(edges, tx, wanted, exposures)
        topics = (TOPICS[kind], *[Topic.URGENT] * urgent)
        at = "urgent" if urgent else kind.value
        made = addressed_as(edges, tx, wanted, shares, at, topics)
    servers = {(one.contract.id, one.server.name) for share in shares for one in share.exposures if one.server.name}
    brands = Counter(one.brand for one in made.recipients)
    return Count(
        customers=len(shares),
        contracts=len({one.contract.id for share in shares for one in share.exposures}),
        servers=len(servers),
        mails=len(made.recipients),
        resellers=sum(bool(one.reseller) for one in made.recipients),
        declined=len(made.declined),
        brands=tuple(sorted(brands.items())),
        read=expression.write(expression.parse(wanted.expression)) if wanted.expression else audience_text(wanted),
    )


def _asks_of_a_case(wanted: Audience) -> bool:
    return expression.asks_verdicts(wanted.expression) if wanted.expression else wanted.rule == "match"
