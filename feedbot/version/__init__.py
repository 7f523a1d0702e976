"""Versions, in the order each ecosystem gives them, as bytes that compare the same way.

`key(scheme, version)` is an order-preserving key: for any two versions of one scheme,
`key(a) < key(b)` as plain bytes exactly when the ecosystem sorts a before b. A range is then a few
comparisons that any database can do. Ranges are written as VERS (`vers:deb/>=1.0|<2.0`).
"""

from feedbot.version._keys import compare, key, keys, scheme_of, schemes
from feedbot.version._pieces import Interval
from feedbot.version._ranges import Comparator, Constraint, VersionRange
from feedbot.version._upstream import upstream_of

__all__ = [
    "Comparator", "Constraint", "Interval", "VersionRange",
    "compare", "key", "keys", "scheme_of", "schemes", "upstream_of",
]  # fmt: skip
