"""Which products a name is like, by rapidfuzz: offered to a person, never applied."""

from collections.abc import Iterable, Mapping

from rapidfuzz import fuzz, process

from feedbot.catalog._file import Product
from feedbot.catalog._names import plain

_CLOSE = 60
"""Likeness of 100 (the normalised indel similarity) from which a key is offered."""
_MOST = 20
_TELLING = 5
"""Letters from which a key that stands whole in a name, or a name in a key, says something."""
_PART = 0.4
"""Of the longer one, what the shorter must make up."""


class Likeness:
    """Finds the products that are like a name by whatever a product goes by, in a few milliseconds.

    That is its spellings, with the maker and without, and what packages, self-built software and CPEs call it: a common
    word (less, express) is no spelling of its own, yet it is what a person looks for.
    """

    def __init__(self, products: Iterable[Product], spellings: Mapping[str, Product]) -> None:
        """Take the products, and the keys (`_names.plain`) that find one."""
        self._products: dict[str, list[Product]] = {key: [product] for key, product in spellings.items()}
        for product in products:
            for key in _called(product):
                if product not in (held := self._products.setdefault(key, [])):
                    held.append(product)
        self._keys = tuple(self._products)

    def nearest(self, words: Iterable[str]) -> list[Product]:
        """Return the products that are like any of the words, the nearest first."""
        best: dict[str, float] = {}
        for word in words:
            for key, ratio, _ in process.extract(word, self._keys, scorer=fuzz.ratio, score_cutoff=_CLOSE, limit=_MOST):
                best[key] = max(ratio, best.get(key, 0))
            for key in self._keys if len(word) >= _TELLING else ():
                if (part := _part(word, key)) > best.get(key, 0):
                    best[key] = part
        ranked = sorted(best, key=lambda key: (-best[key], key))
        return list({one.id: one for key in ranked for one in self._products[key]}.values())


def _called(product: Product) -> Iterable[str]:
    packages = (*product.upstream, *product.deb, *product.rpm, *(one.rpartition("/")[2] for one in product.purl))
    cpes = (one.partition(":")[2] for one in product.cpe)
    made = (who + name for who in (product.vendor, *product.makers) if who for name in (product.name, *product.names))
    return dict.fromkeys(filter(None, map(plain, (*packages, *cpes, *made))))


def _part(word: str, key: str) -> float:
    """Return the likeness of a word that holds the key whole, or stands whole in it; at most just under the same."""
    shorter, longer = sorted((word, key), key=len)
    share = len(shorter) / (len(longer) or 1)
    if len(shorter) < _TELLING or share < _PART or shorter not in longer:
        return 0
    return _CLOSE + (99 - _CLOSE) * share
