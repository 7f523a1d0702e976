"""Which of many keys are like a word: shared pairs of letters choose a few, difflib orders them."""

import difflib
from collections import Counter, defaultdict
from collections.abc import Iterable

_CLOSE = 0.6
_FEW = 60
_MOST = 20


class Likeness:
    """Finds the keys that are like a word among some ten thousand, in a few milliseconds."""

    def __init__(self, keys: Iterable[str]) -> None:
        """Take the keys (`_names.plain`)."""
        self._holding: dict[str, list[str]] = defaultdict(list)
        for key in keys:
            for pair in _pairs(key):
                self._holding[pair].append(key)

    def nearest(self, words: Iterable[str]) -> list[str]:
        """Return the keys that are like any of the words (likeness 0.6 and more of 1), the nearest first."""
        best: dict[str, float] = {}
        for word in words:
            for key in self._sharing(word):
                match = difflib.SequenceMatcher(None, key, word, autojunk=False)
                if match.quick_ratio() >= _CLOSE and (ratio := match.ratio()) >= _CLOSE:
                    best[key] = max(ratio, best.get(key, 0))
        return sorted(best, key=lambda key: (-best[key], key))[:_MOST]

    def _sharing(self, word: str) -> list[str]:
        """Return the keys that share the most pairs of letters with a word, for their length."""
        shared: Counter[str] = Counter(key for pair in _pairs(word) for key in self._holding.get(pair, ()))
        return sorted(shared, key=lambda key: (-2 * shared[key] / (len(key) + len(word)), key))[:_FEW]


def _pairs(key: str) -> set[str]:
    return {key[at : at + 2] for at in range(len(key) - 1)} or {key}
