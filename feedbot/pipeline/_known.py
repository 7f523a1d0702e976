"""What the texts of an audience's expression may be: values that somebody has. A slip would choose all or nobody."""

from collections.abc import Collection, Mapping
from difflib import get_close_matches

from feedbot.inventory import Plan
from feedbot.matching import expression
from feedbot.notice import Audience
from feedbot.pipeline._choosing import placed
from feedbot.pipeline._edges import Edges
from feedbot.store import Transaction, inventory

_SHOWN, _COMPARED = 5, 2_000
_SAID_OTHERWISE = "no {field} is {text}; near: {near}; for one that is to come write {new}"
_SAID_ALONE = "no {field} is {text}; there are {known}; for one that is to come write {new}"


def check(edges: Edges, tx: Transaction, audience: Audience) -> None:
    """Hold the texts of an expression against the inventory and the configuration. Where a person writes it, not where
    a notice leaves: what was there then may be gone.

    Raises ExpressionError at the first that no server, contract or customer has: `brand != "tpyo"` is everybody. With
    ? behind it a text may be one that is still to come.
    """
    named = expression.named(audience.expression) if audience.expression else ()
    known = _values(edges, tx) if named else {}
    for one in named:
        values = known[one.field]
        if one.text in values or (one.like and any(expression.goes_like(value, one.text) for value in values)):
            continue
        near = _near(one.text, values)
        raise expression.ExpressionError(
            audience.expression,
            one.at,
            _SAID_OTHERWISE if near else _SAID_ALONE,
            field=one.field,
            text=one.text,
            near=", ".join(near),
            known=_few(values),
            new=f'"{one.text}"?',
        )


def _values(edges: Edges, tx: Transaction) -> Mapping[str, frozenset[str]]:
    contracts, customers, servers = inventory.contracts(tx), inventory.customers(tx), placed(tx)
    return {
        "plan": frozenset(one.value for one in Plan),
        "customer": frozenset(one.id for one in customers),
        "contract": frozenset(one.id for one in contracts),
        "server": frozenset(one.name for one in servers),
        "os": frozenset(one.distro for one in servers),
        "brand": frozenset((*edges.brands, *(one.brand for one in contracts))),
        "reseller": frozenset(one.reseller for one in customers),
        "language": frozenset(("ja", "en", *(one.language for one in customers))),
    }


def _near(text: str, values: Collection[str]) -> list[str]:
    """Return those spelt alike. A fleet has 100,000 names: only those of about this length are compared."""
    folded = {one.casefold(): one for one in values if abs(len(one) - len(text)) <= 2}
    likely = sorted(folded, key=lambda one: (one[:2] != text.casefold()[:2], one))[:_COMPARED]
    return [folded[one] for one in get_close_matches(text.casefold(), likely, _SHOWN, 0.7)]


def _few(values: Collection[str]) -> str:
    shown = sorted(filter(None, values))
    return ", ".join(shown[:_SHOWN]) + " …" * (len(shown) > _SHOWN) or "-"
