"""Signature discipline: what may be called verified, and exactly which bytes.

Three entrances, for the three ways a publisher signs:

    verify_file       a bare clear-signed file (nothing but blank lines around the block)
    verify_inside     a block pasted in a mail, page or feed entry: cut out first, everything outside is unsigned
    verify_detached   a text and its signature in another file
"""

from feedbot.signature._errors import (
    ArmorError,
    ForbiddenError,
    GpgvError,
    GrammarError,
    KeyringError,
    LimitError,
    MalformedError,
    PacketError,
    RefusedError,
    SigningError,
)
from feedbot.signature._keys import Expiry, Key, Urgency, expiring
from feedbot.signature._texts import UnsignedText, VerifiedText
from feedbot.signature.binding import Stamp, Standing, standing
from feedbot.signature.clearsign import MAX_BYTES
from feedbot.signature.keys import Keyring, SourceKeys, fingerprint, import_keys, pin, source_keys
from feedbot.signature.signing import Detached, Signer
from feedbot.signature.verify import detached_judge_for, judge_for, verify_detached, verify_file, verify_inside

__all__ = [
    "MAX_BYTES",
    "ArmorError",
    "Detached",
    "Expiry",
    "ForbiddenError",
    "GpgvError",
    "GrammarError",
    "Key",
    "Keyring",
    "KeyringError",
    "LimitError",
    "MalformedError",
    "PacketError",
    "RefusedError",
    "Signer",
    "SigningError",
    "SourceKeys",
    "Stamp",
    "Standing",
    "UnsignedText",
    "Urgency",
    "VerifiedText",
    "detached_judge_for",
    "expiring",
    "fingerprint",
    "import_keys",
    "judge_for",
    "pin",
    "source_keys",
    "standing",
    "verify_detached",
    "verify_file",
    "verify_inside",
]
