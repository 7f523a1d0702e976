"""The one tree of errors. Subclasses, not message text, tell failures apart.

FeedbotError
├── ConfigError        the operator's configuration, or a wrong use of a command   exit 2
├── VersionError       a version or range that its scheme cannot read
├── FetchError         a document could not be had (permanent or not)
├── SignatureError     a signed text that is not accepted; subclasses in signature/
├── SourceError        a publisher's text that is not what its member knows
│   └── EmptyListingError   a listing that is in order and names no item
├── CatalogError       the catalogue or an override
├── InventoryError     servers, packages, customers
├── NoticeError        a notice that cannot be made or rendered
├── ReviewError        a move or a decision that is not allowed
├── DeliveryError      a message not handed on (permanent or not)
├── BundleError        an offline bundle that is not taken in
├── StoreError         the database
└── BusyError          another instance holds the work                             exit 75
"""

from feedbot.messages import tr


class FeedbotError(Exception):
    """What happened, to what, and what to do.

    `subject` is the thing (a file, a source, a draft); `reason` is an English template with `{name}`
    places that `values` fill, and the key under which messages/ keeps its Japanese. `hint` is a template
    of the same kind: what the operator can do. `str(error)` is `subject: reason` in the language in force.
    """

    def __init__(self, subject: str, reason: str, /, *, hint: str = "", **values: object) -> None:
        super().__init__(subject, reason)
        self.subject = subject
        self.reason_template = reason
        self.hint_template = hint
        self.values = values

    def reason(self) -> str:
        """Say what happened, in the language in force."""
        return tr(self.reason_template, **self.values)

    def hint(self) -> str:
        """Say what to do; empty where nothing is known to help."""
        return tr(self.hint_template, **self.values) if self.hint_template else ""

    def __str__(self) -> str:
        return f"{self.subject}: {self.reason()}" if self.subject else self.reason()


class ConfigError(FeedbotError):
    """The configuration, or the use of a command, is wrong."""


class VersionError(FeedbotError):
    """A version or a range that its scheme cannot read."""


class FetchError(FeedbotError):
    """A document could not be had; `permanent` says that trying again will not help."""

    def __init__(self, subject: str, reason: str, /, *, permanent: bool, hint: str = "", **values: object) -> None:
        super().__init__(subject, reason, hint=hint, **values)
        self.permanent = permanent


class SignatureError(FeedbotError):
    """A signed text is not accepted."""


class SourceError(FeedbotError):
    """A publisher's text is not what its member knows."""


class EmptyListingError(SourceError):
    """A listing is in order and names no item: a publisher who has withdrawn all, or a server that lost its data."""


class CatalogError(FeedbotError):
    """The product catalogue or an override is wrong."""


class InventoryError(FeedbotError):
    """Servers, packages or customers cannot be taken in."""


class NoticeError(FeedbotError):
    """A notice cannot be made or rendered."""


class ReviewError(FeedbotError):
    """A move or a decision is not allowed."""


class DeliveryError(FeedbotError):
    """A message was not handed on; `permanent` says that trying again will not help."""

    def __init__(self, subject: str, reason: str, /, *, permanent: bool, hint: str = "", **values: object) -> None:
        super().__init__(subject, reason, hint=hint, **values)
        self.permanent = permanent


class BundleError(FeedbotError):
    """An offline bundle is not, byte for byte, what a trusted key signed."""


class StoreError(FeedbotError):
    """The database refuses."""


class BusyError(FeedbotError):
    """Another instance holds the work."""
