"""What a distributor says of its own packages. One file a distributor's form; its word decides over an upstream range.

Each member has `DISTRO` (a DistroInfo), `HEAD` (a pattern that its files begin with) and `read(file, name)`, which
yields a Statement for each release, package and CVE, a Silent for a record that says nothing of them, and a Quarantined
for a record of another shape, so that it does not stop the rest. A file that is not the member's at all raises
SourceError. A member whose DISTRO is a listing has `listing(body, url)` too.
"""

from feedbot.distro._model import DistroInfo, Silent, Statement, StatementStatus
from feedbot.distro._read import member_of

__all__ = ["DistroInfo", "Silent", "Statement", "StatementStatus", "member_of"]
