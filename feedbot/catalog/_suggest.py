"""Which of many keys are like a word, by rapidfuzz: offered to a person, never applied."""

from collections.abc import Iterable

from rapidfuzz import fuzz, process

_CLOSE = 60
"""Likeness of 100 (the normalised indel similarity) from which a key is offered."""
_MOST = 20


class Likeness:
    """Finds the keys that are like a word among some ten thousand, in a few milliseconds."""

    def __init__(self, keys: Iterable[str]) -> None:
        """Take the keys (`_names.plain`)."""
        self._keys = tuple(dict.fromkeys(keys))

    def nearest(self, words: Iterable[str]) -> list[str]:
        """Return the keys that are like any of the words, the nearest first."""
        best: dict[str, float] = {}
        for word in words:
            found = process.extract(word, self._keys, scorer=fuzz.ratio, score_cutoff=_CLOSE, limit=_MOST)
            for key, ratio, _ in found:
                best[key] = max(ratio, best.get(key, 0))
        return sorted(best, key=lambda key: (-best[key], key))[:_MOST]
