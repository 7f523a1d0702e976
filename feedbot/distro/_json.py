"""JSON of others: whatever it holds, the failure is a SourceError or a Quarantined."""

import json

from feedbot.advisory import Quarantined
from feedbot.errors import SourceError


def parsed(body: bytes, name: str) -> object:
    """Return what a JSON document holds. Raises SourceError for anything else, however deep or long it is."""
    try:
        made: object = json.loads(body)
    except (ValueError, RecursionError):
        raise SourceError(name, "not JSON, or cut short") from None
    return made


def quarantined(where: str, name: str, record: object) -> Quarantined:
    """Return a record that has another shape than its publisher gives."""
    raw = json.dumps(record, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return Quarantined(where, SourceError(name, "a record of {where} has an unknown shape", where=where), raw)
