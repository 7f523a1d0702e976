"""Signature discipline: what may be called verified, and exactly which bytes.

Three entrances, for the three ways a publisher signs:

    verify_file       a bare clear-signed file (nothing but blank lines around the block)
    verify_inside     a block pasted in a mail, page or feed entry: cut out first, everything outside is unsigned
    verify_detached   a text and its signature in another file
"""

from feedbot.signature._texts import UnsignedText, VerifiedText

__all__ = ["UnsignedText", "VerifiedText"]
