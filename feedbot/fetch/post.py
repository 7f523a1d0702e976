"""Hand one JSON document to an address by HTTP, with the guards of `fetch`: https, addresses, one deadline.

No redirect is followed: where to the operator's words go is what the operator wrote.
"""

from feedbot.fetch import http

SECONDS = 30.0


def post(url: str, body: bytes, *, policy: http.NetworkPolicy, seconds: float = SECONDS) -> int:
    """Send `body` and return the status of the answer, 200 to 299; what the answer says is not read.

    Raises FetchError, and StatusError for any other status.
    """
    deadline = http.Deadline(seconds)
    address = http.parse_url(url)
    http.check_scheme(address, policy)
    with (
        http.translated(str(address), deadline),
        http.answered(address, None, policy, deadline, body) as response,
    ):
        if not 200 <= response.status < 300:
            raise http.StatusError(str(address), response.status, None)
        return response.status
