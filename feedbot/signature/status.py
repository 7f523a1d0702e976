"""Judge what gpgv said (GnuPG, doc/DETAILS). Pure.

Neither the exit status alone (an expired or revoked key exits 0) nor the lines alone (GOODSIG with exit 2) will do:
both must tell one story, or it is a GpgvError.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum

from feedbot.signature._errors import GpgvError

_PREFIX = b"[GNUPG:] "
_RESULTS = ("GOODSIG", "BADSIG", "ERRSIG", "EXPSIG", "EXPKEYSIG", "REVKEYSIG")
_NEVER = frozenset({"NODATA", "UNEXPECTED", "FAILURE", "ERROR", "BADARMOR", "PLAINTEXT"})


class Outcome(Enum):
    """The one story."""

    GOOD = "GOODSIG"
    KEY_EXPIRED = "EXPKEYSIG"
    KEY_REVOKED = "REVKEYSIG"
    SIGNATURE_EXPIRED = "EXPSIG"
    BAD = "BADSIG"
    NO_KEY = "NO_PUBKEY"
    UNCHECKED = "ERRSIG"


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome, and the fields of VALIDSIG where the cryptographic check held: fingerprints of 40 hex digits (of
    the signing key and of its primary), the time, digest number and class of the signature."""

    outcome: Outcome
    fingerprint: str = ""
    primary: str = ""
    created: datetime | None = None
    digest: int = 0
    kind: int = 0


def judge(code: int, said: bytes) -> Report:
    """Turn exit status and status lines into one outcome. Raises GpgvError when they contradict each other."""
    lines = _lines(said)
    count = Counter(line[0] for line in lines)
    results = [word for word in _RESULTS for _ in range(count[word])]
    if count["NEWSIG"] != 1 or len(results) != 1 or any(count[word] for word in _NEVER):
        raise _contradiction(lines, code)
    (word,) = results
    if word in ("BADSIG", "ERRSIG"):
        if code == 0 or count["VALIDSIG"]:
            raise _contradiction(lines, code)
        return Report(_without_key(word, count))
    honest_codes = (0, 1) if word == "EXPSIG" else (0,)
    if code not in honest_codes or count["VALIDSIG"] != 1 or count["NO_PUBKEY"]:
        raise _contradiction(lines, code)
    if word != "REVKEYSIG" and count["KEYREVOKED"]:
        raise _contradiction(lines, code)
    (fields,) = (line[1:] for line in lines if line[0] == "VALIDSIG")
    return _valid(Outcome(word), fields)


def _without_key(word: str, count: Counter[str]) -> Outcome:
    if word == "BADSIG":
        return Outcome.BAD
    return Outcome.NO_KEY if count["NO_PUBKEY"] else Outcome.UNCHECKED


def _lines(said: bytes) -> list[list[str]]:
    """Split at LF alone. Every line must be a whole status line."""
    if said and not said.endswith(b"\n"):
        raise GpgvError("", "gpgv stopped in the middle of a line")
    rows = said.split(b"\n")[:-1]
    if any(not row.startswith(_PREFIX) for row in rows):
        raise GpgvError("", "gpgv said something that is no status line")
    return [row[len(_PREFIX) :].decode("utf-8", errors="replace").split(" ") for row in rows]


def _valid(outcome: Outcome, fields: list[str]) -> Report:
    """Read `FPR DATE TIMESTAMP EXPIRES VERSION RESERVED KEY-ALGORITHM DIGEST CLASS PRIMARY-FPR`."""
    try:
        fingerprint, _, stamp, _, _, _, _, digest, kind, primary = fields[:10]
        created = datetime.fromtimestamp(int(stamp), UTC)
        return Report(outcome, fingerprint, primary, created, int(digest), int(kind, 16))
    except (ValueError, OverflowError, OSError) as error:
        raise GpgvError("", "gpgv's VALIDSIG line cannot be read") from error


def _contradiction(lines: list[list[str]], code: int) -> GpgvError:
    words = " ".join(line[0] for line in lines) or "-"
    return GpgvError("", "gpgv contradicts itself: {words}, exit {code}", words=words[:200], code=code)
