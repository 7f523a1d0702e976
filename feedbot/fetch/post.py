"""Hand a document to an address by HTTP, or ask it one thing, with the guards of `fetch`: https, addresses, deadline.

No redirect is followed: where to the operator's words go is what the operator wrote.
"""

from collections.abc import Mapping

from feedbot.fetch import http
from feedbot.fetch._answer import pieces

SECONDS = 30.0
LARGEST = 2**20
"""Bytes of an answer that are read at most."""


def post(
    url: str,
    body: bytes,
    *,
    policy: http.NetworkPolicy,
    seconds: float = SECONDS,
    headers: Mapping[str, str] = http.NO_HEADERS,
) -> int:
    """Send `body` and return the status of the answer, 200 to 299; what the answer says is not read.

    It is JSON unless `headers` has another Content-Type. Raises FetchError, and StatusError for any other status.
    """
    return _exchanged(url, body, policy, seconds, headers, read=False)[0]


def exchange(
    url: str,
    body: bytes | None,
    *,
    policy: http.NetworkPolicy,
    seconds: float = SECONDS,
    headers: Mapping[str, str] = http.NO_HEADERS,
) -> bytes:
    """Send `body` (None: a GET without one) and return what the answer says, 1 MiB at most. Raises as `post` does."""
    return _exchanged(url, body, policy, seconds, headers, read=True)[1]


def _exchanged(
    url: str, body: bytes | None, policy: http.NetworkPolicy, seconds: float, headers: Mapping[str, str], *, read: bool
) -> tuple[int, bytes]:
    deadline = http.Deadline(seconds)
    address = http.parse_url(url)
    http.check_scheme(address, policy)
    with (
        http.translated(str(address), deadline),
        http.answered(address, None, policy, deadline, body, headers) as response,
    ):
        if not 200 <= response.status < 300:
            raise http.StatusError(str(address), response.status, None)
        told = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
        found = b"".join(pieces(str(address), told, response.iter_stream(), LARGEST)) if read else b""
        return response.status, found
