"""An alarm goes to the operator's address as JSON, by the guarded client."""

import json

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from feedbot.delivery import Outcome, webhook
from feedbot.fetch.http import NetworkPolicy

ALARM = json.dumps({"text": "取得元 jvn: 停滞", "state": "stale"}, ensure_ascii=False).encode()
SECRET = "T0K3N"


def settings(server: HTTPServer) -> webhook.Settings:
    """Let it go to the server on this machine."""
    pair = f"localhost:{server.port}"
    policy = NetworkPolicy(allow_private=(pair,), allow_http=("localhost",))
    return webhook.Settings(server.url_for(f"/hook/{SECRET}"), policy)


def test_an_alarm_is_posted_as_it_is(httpserver: HTTPServer) -> None:
    """POST, JSON, the very bytes; 204 is an answer like 200."""
    httpserver.expect_oneshot_request(
        f"/hook/{SECRET}", method="POST", data=ALARM, headers={"Content-Type": "application/json"}
    ).respond_with_response(Response(status=204))
    answer = webhook.open_channel(settings(httpserver)).tell(ALARM)
    assert (answer.outcome, answer.code) == (Outcome.ACCEPTED, 204)
    httpserver.check()


@pytest.mark.parametrize("status", [302, 404, 500])
def test_any_other_answer_means_again(httpserver: HTTPServer, status: int) -> None:
    """No redirect is followed, a refusal is not final, and the address (a secret) is not told."""
    moved = {"Location": httpserver.url_for("/elsewhere")}
    httpserver.expect_request(f"/hook/{SECRET}").respond_with_response(Response(status=status, headers=moved))
    answer = webhook.open_channel(settings(httpserver)).tell(ALARM)
    assert (answer.outcome, answer.code) == (Outcome.DEFERRED, status)
    assert SECRET not in answer.text
    assert len(httpserver.log) == 1


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (f"http://hooks.example/{SECRET}", "only https"),
        (f"https://127.0.0.1/{SECRET}", "not on the open Internet"),
        (f"https://[::1]:9/{SECRET}", "not on the open Internet"),
    ],
)
def test_what_is_not_listed_is_not_reached(url: str, words: str) -> None:
    """https only, and nothing within, unless the operator listed it."""
    answer = webhook.open_channel(webhook.Settings(url, NetworkPolicy())).tell(ALARM)
    assert answer.outcome is Outcome.DEFERRED
    assert words in answer.text
    assert SECRET not in answer.text


def test_the_address_is_not_shown_by_its_settings(httpserver: HTTPServer) -> None:
    """Chat rooms put a secret into it."""
    assert SECRET not in repr(settings(httpserver))
