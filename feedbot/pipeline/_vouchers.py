"""Files beside a document that say what its bytes must be: hashes (CSAF 2.0, 7.1.18) and a detached signature (7.1.19).

They are kept like documents, under the address of what they vouch for and its SHA-256, so that a document which is read
again later is judged by them again. A wrong hash refuses the document; one that cannot be had is a warning, because a
hash beside a document proves no more than the transport does. Trust comes from a signature alone.
"""

import hashlib
import re
from dataclasses import replace

from feedbot.errors import FetchError, SourceError
from feedbot.fetch import Document
from feedbot.messages import tr
from feedbot.pipeline._edges import ConfiguredSource, Edges
from feedbot.source import Judge, ListedItem
from feedbot.store import documents, reading

_LIMIT = 64 * 1024
"""Bytes of such a file."""
_HASHES = {64: ".sha256", 128: ".sha512"}
"""Hexadecimal digits → the name that CSAF gives such a file; other digests are not taken."""
_SIGNATURE = ".asc"
_LINE = re.compile(r"\s*([0-9A-Fa-f]{64}|[0-9A-Fa-f]{128})(?:\s.*)?", re.DOTALL)
"""The form of sha256sum and sha512sum: the digest, then the name of the file."""


_PLACE = re.compile(r"#[0-9a-f]{64}\.(?:sha256|sha512|asc)\Z")


def keep_vouchers(edges: Edges, source: ConfiguredSource, item: ListedItem, document: Document) -> tuple[str, ...]:
    """Fetch and keep what vouches for a document that has just come; return what could not be had, and why.

    One hash of several is enough; each that is had must be right.
    """
    hashes = [_keep(edges, source, document, url, "") for url in item.hash_urls]
    signature = _keep(edges, source, document, item.signature_url, _SIGNATURE) if item.signature_url else ""
    return tuple(filter(None, (*(hashes if all(hashes) else ()), signature)))


def _keep(edges: Edges, source: ConfiguredSource, document: Document, url: str, suffix: str) -> str:
    """Fetch and keep one such file, a hash under the name that its digest gives it; return why not, or nothing."""
    try:
        found = edges.fetch(url, None, _LIMIT)
    except FetchError as error:
        return f"{url}: {error.reason()}"
    if not isinstance(found, Document):
        return ""
    suffix = suffix or _HASHES.get(len(_digest(found)), "")
    if not suffix:
        return f"{url}: {tr('neither a SHA-256 nor a SHA-512')}"
    with edges.database.begin() as tx:
        documents.save(tx, source.name, replace(found, url=_place(document, suffix)))
    return ""


def judge_of(edges: Edges, source: ConfiguredSource, document: Document) -> Judge:
    """Return the judge for a document: by its kept detached signature, where there is one.

    Raises SourceError where a kept hash is not that of the document.
    """
    with reading(edges.database) as tx:
        beside = {
            suffix: documents.at(tx, source.name, _place(document, suffix))
            for suffix in (*_HASHES.values(), _SIGNATURE)
        }
    for suffix in _HASHES.values():
        said = beside[suffix]
        algorithm = suffix.removeprefix(".")
        if said and _digest(said) != hashlib.new(algorithm, document.body).hexdigest():
            raise SourceError(
                document.url,
                "its bytes are not those that its {algorithm} file vouches for",
                hint="it is fetched again in the next round; if it stays so, ask the publisher",
                algorithm=algorithm,
            )
    signature = beside[_SIGNATURE]
    if signature is None or source.detached_for is None:
        return source.judge_for(document.transport)
    return source.detached_for(document.transport, signature.body)


def places(url: str, sha256: str) -> tuple[str, ...]:
    """Return the addresses under which what vouches for a document may be kept."""
    return tuple(f"{url}#{sha256}{suffix}" for suffix in (*_HASHES.values(), _SIGNATURE))


def is_place(url: str) -> bool:
    """Say whether a kept document is no document, but vouches for one."""
    return bool(_PLACE.search(url))


def _place(document: Document, suffix: str) -> str:
    return f"{document.url}#{document.sha256}{suffix}"


def _digest(document: Document) -> str:
    """Return the digest that a hash file states; empty where it states none."""
    match = _LINE.fullmatch(document.body.decode("ascii", "replace"))
    return match[1].lower() if match else ""
