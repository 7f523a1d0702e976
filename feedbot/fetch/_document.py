"""The noun of this stage: bytes, where they came from and when."""

from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server gave for a conditional request (RFC 9110, section 13); empty where it gave none."""

    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """Raw bytes as they came. `url` is the final address (after redirects) or `file:NAME`, `media_type` is what was
    declared, lower case without parameters, `charset` the declared one or empty; neither is believed by a parser."""

    url: str
    body: bytes
    fetched_at: datetime
    media_type: str = ""
    charset: str = ""
    validators: Validators = field(default_factory=Validators)

    @property
    def sha256(self) -> str:
        """The digest by which documents are kept once."""
        return sha256(self.body).hexdigest()

    @property
    def transport(self) -> str:
        """The scheme it came by: https, http, file, mail."""
        return self.url.partition(":")[0]


@dataclass(frozen=True, slots=True)
class NotModified:
    """The server said 304: what we hold is current."""

    url: str
