"""The names of vulnerabilities and advisories in prose."""

from feedbot.advisory.identity import names_in


def find(text: str) -> tuple[str, ...]:
    """Return the normalised names in `text`, each once, in order of appearance.

    CVE-YYYY-NNNN, JVN#, JVNVU#, JVNTA#, JVNDB-, VU# (also in kb.cert.org addresses), alert numbers
    (JPCERT-AT-YYYY-NNNN and other issuers'), NetBSD-SA and FreeBSD-SA numbers. A name never matches inside a longer
    one.
    """
    return names_in(text)


def aliases(text: str, number: str) -> tuple[str, ...]:
    """Return the names in `text` that may be the same matter as the advisory `number`: not itself, and no other number
    of its own series, which its text only refers to."""
    series = number.rpartition("-AT-")[0]
    return tuple(name for name in find(text) if name != number and not (series and name.startswith(f"{series}-AT-")))
