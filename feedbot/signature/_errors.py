"""Why a signed text is not accepted: the branch of the error tree that this stage raises.

SignatureError
├── MalformedError     the document is not a well-formed signed text      → verdict malformed
│   ├── GrammarError   the clear-signed frame
│   ├── ArmorError     the armor of a signature or a key
│   └── PacketError    the OpenPGP packets in it
├── RefusedError       it is well-formed, and still not taken             → verdict refused
│   ├── LimitError     too large, too long
│   ├── ForbiddenError a kind of signature that is not taken
│   └── GpgvError      gpgv is missing, hung, died or contradicts itself
├── KeyringError       key files or a key home that cannot be used
└── SigningError       gpg or its agent does not sign what we send
"""

from typing import ClassVar

from feedbot.advisory import Verdict
from feedbot.errors import SignatureError


class MalformedError(SignatureError):
    """The document is not a well-formed signed text."""

    verdict: ClassVar[Verdict] = Verdict.MALFORMED


class GrammarError(MalformedError):
    """The clear-signed frame is broken."""


class ArmorError(MalformedError):
    """The armor is broken."""


class PacketError(MalformedError):
    """The packets are not what they must be."""


class RefusedError(SignatureError):
    """Well-formed, and still not taken."""

    verdict: ClassVar[Verdict] = Verdict.REFUSED


class LimitError(RefusedError):
    """A size that no honest advisory has."""


class ForbiddenError(RefusedError):
    """A kind of signature that is not taken."""


class GpgvError(RefusedError):
    """The program that checks is missing, hung, died or contradicts itself."""


class KeyringError(SignatureError):
    """Key files or a key home that cannot be used."""


class SigningError(SignatureError):
    """gpg or its agent does not sign what we send."""
