"""What the key of a message says: NUMBER/EDITION/RECIPIENT/CHANNEL, with again-ROW before the channel where a person
gave it another address."""

import re

_KEY = re.compile(r"[^/]*/(?P<edition>[^/]*)/(?P<recipient>.*?)(?P<again>(?:/again-\d+)*)/[^/]*", re.DOTALL)


def recipient_of(key: str) -> str:
    """Return for whom (`Recipient.id`) a message is, whatever its edition, channel and address; empty where the key is
    no notice's."""
    found = _KEY.fullmatch(key)
    return found["recipient"] if found else ""


def edition_of(key: str) -> int:
    """Return the edition that a message is of; 0 where the key is no notice's."""
    found = _KEY.fullmatch(key)
    return int(found["edition"]) if found and found["edition"].isdecimal() else 0


def is_later(key: str, other: str) -> bool:
    """Say whether a message is of a later edition of the notice that another is of, and for the same recipient."""
    same = key.partition("/")[0] == other.partition("/")[0] and recipient_of(key) == recipient_of(other) != ""
    return same and edition_of(key) > edition_of(other)


def is_again(key: str) -> bool:
    """Say whether a message goes to another address than it was made for, which a person gave it."""
    found = _KEY.fullmatch(key)
    return bool(found and found["again"])
