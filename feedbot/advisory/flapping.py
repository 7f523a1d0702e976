"""When an advisory's text goes to and fro (二つの鏡が交互に答える、文中の広告が入れ替わる), and when it has settled.

    new words                                        always a revision, however much it flaps
    words we have seen before, again                 a revision, RETURNS times within WINDOW; after that it flaps
    while it flaps                                   only noted which words are served; told once, when it begins
    one and the same text for SETTLED                that text becomes current, if it is not: the last word wins

So two mirrors that disagree cost a handful of revisions and no more, and nothing is lost: whatever is served in the end
is current a day later at the latest.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

RETURNS = 3
"""A publisher that takes an edit back, and that back again, is still taken at his word; the third time he is not."""
WINDOW = timedelta(days=7)
SETTLED = timedelta(days=1)
"""Longer than the daily full fetch, so that a text that is served by turns shows itself."""


def is_return(seen: Sequence[tuple[str, datetime]], digest: str) -> bool:
    """Say whether a text was a revision before. `seen` are (digest, when) of the revisions, oldest first."""
    return any(one == digest for one, _ in seen)


def flaps(seen: Sequence[tuple[str, datetime]], digest: str, now: datetime) -> bool:
    """Say whether an advisory flaps if the text of `digest` comes back now."""
    if not is_return(seen, digest):
        return False
    returns = 1 + sum(is_return(seen[:place], one) for place, (one, when) in enumerate(seen) if when >= now - WINDOW)
    return returns > RETURNS


def settled(served_since: datetime, now: datetime) -> bool:
    """Say whether a text has been served long enough to be believed."""
    return now - served_since >= SETTLED
