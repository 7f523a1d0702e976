"""What a distributor says of its own packages. One file a distributor; its word decides over an upstream range.

Each member has `read(body, name, as_of=None) -> Iterator[Statement | Quarantined]`: a record of the wrong shape is a
value, so that it does not stop the rest. A file that is not the member's at all raises SourceError.
"""

from feedbot.distro._model import Statement, StatementStatus

__all__ = ["Statement", "StatementStatus"]
