"""The two nouns of this stage. Two types, so that the type checker stops one being used for the other."""

from dataclasses import dataclass

from feedbot.advisory import Signature


@dataclass(frozen=True, slots=True)
class VerifiedText:
    """Exactly what was signed: `signed` the bytes, `text` the same decoded; `original` the whole block or file that
    a customer can
    check himself (the clear-signed block, or the detached signature). Made only in feedbot.signature."""

    text: str
    signed: bytes
    original: bytes
    signature: Signature


@dataclass(frozen=True, slots=True)
class UnsignedText:
    """A text that nobody's key vouches for, with the reason in its signature's verdict. It may still be parsed and
    shown, marked."""

    text: str
    signature: Signature
