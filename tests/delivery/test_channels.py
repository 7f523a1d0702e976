"""Chat rooms, WordPress and programs get what was written for them, as their documentation asks for it."""

import hmac
import json
import sys
import time
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from feedbot.delivery import (
    AlarmChannel,
    Answer,
    Outcome,
    chatwork,
    command,
    mattermost,
    slack,
    teams,
    webhook,
    wordpress,
)
from feedbot.delivery._hook import failed
from feedbot.errors import FetchError
from feedbot.fetch.http import NetworkPolicy

WORDS = "【注意喚起】A&B の脆弱性 [info] https://status.aozora.example/INFO-2026-0001.html"
POST = {
    "id": "post/INFO-2026-0001/1",
    "text": WORDS,
    "number": "INFO-2026-0001",
    "title": "A&B の脆弱性",
    "html": "<h2>概要</h2>\n<p>A&amp;B</p>\n",
}
CONTENT = json.dumps(POST, ensure_ascii=False).encode()
SECRET = "T0K3N"


def policy(server: HTTPServer) -> NetworkPolicy:
    """Let it go to the server on this machine."""
    return NetworkPolicy(allow_private=(f"localhost:{server.port}",), allow_http=("localhost",))


CHATWORK = "/v2X/rooms/42/messages"
POSTS = f"/{SECRET}X/wp-json/wp/v2/posts"
"""Where Chatwork and WordPress take what is said: the addresses of the settings end in a slash."""
Made = Callable[[HTTPServer], AlarmChannel]
ROOMS: dict[str, Made] = {
    "slack": lambda server: slack.open_channel(slack.Settings(server.url_for(f"/{SECRET}"), policy(server))),
    "mattermost": lambda server: mattermost.open_channel(
        mattermost.Settings(server.url_for(f"/{SECRET}"), policy(server))
    ),
    "teams": lambda server: teams.open_channel(teams.Settings(server.url_for(f"/{SECRET}"), policy(server))),
    "chatwork": lambda server: chatwork.open_channel(
        chatwork.Settings("42", SECRET, policy(server), server.url_for("/v2X/"))
    ),
    "webhook": lambda server: webhook.open_channel(
        webhook.Settings(server.url_for(f"/{SECRET}"), policy(server), secret="key")
    ),
    "wordpress": lambda server: wordpress.open_channel(
        wordpress.Settings(server.url_for(f"/{SECRET}X/"), "ops", "abcd efgh", policy(server))
    ),
}


def words(room: str, request: Request) -> str:
    """Return what the room would show, by its own rules."""
    if room == "chatwork":
        said = parse_qs(request.get_data(as_text=True))
        assert said == {"body": said["body"], "self_unread": ["1"]}
        return said["body"][0]
    body = json.loads(request.get_data())
    if room == "teams":
        return str(body["attachments"][0]["content"]["body"][0]["text"])
    return str(body["text"]).replace("&amp;", "&") if room == "slack" else str(body["text"])


@pytest.mark.parametrize("room", ["slack", "mattermost", "teams", "chatwork"])
def test_a_room_shows_the_words(httpserver: HTTPServer, room: str) -> None:
    """One POST in the form of the room; its own marks are inert there."""
    httpserver.expect_request(CHATWORK if room == "chatwork" else f"/{SECRET}").respond_with_data("ok")
    assert ROOMS[room](httpserver).tell(CONTENT) == Answer(Outcome.ACCEPTED, 200)
    ((request, _),) = httpserver.log
    assert request.method == "POST"
    expected = WORDS.replace("[info]", "［info］") if room == "chatwork" else WORDS
    assert words(room, request) == expected
    if room == "chatwork":
        assert request.headers["X-ChatWorkToken"] == SECRET
        assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"


def test_teams_gets_an_adaptive_card(httpserver: HTTPServer) -> None:
    """The whole form that its Workflows take; long lines wrap."""
    httpserver.expect_request(f"/{SECRET}").respond_with_data("ok")
    ROOMS["teams"](httpserver).tell(CONTENT)
    assert json.loads(httpserver.log[0][0].get_data()) == {
        "type": "message",
        "attachments": [
            {
                "contentType": "application/vnd.microsoft.card.adaptive",
                "contentUrl": None,
                "content": {
                    "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                    "type": "AdaptiveCard",
                    "version": "1.2",
                    "body": [{"type": "TextBlock", "text": WORDS, "wrap": True}],
                },
            }
        ],
    }


def test_half_a_character_is_shown_as_a_question_mark(httpserver: HTTPServer) -> None:
    """It cannot be sent as UTF-8, and shall not keep the rest from leaving."""
    httpserver.expect_request(CHATWORK).respond_with_data("ok")
    assert ROOMS["chatwork"](httpserver).tell(b'{"text": "a\\ud800b"}').outcome is Outcome.ACCEPTED
    assert words("chatwork", httpserver.log[0][0]) == "a?b"


def test_slack_gets_no_entity_of_ours(httpserver: HTTPServer) -> None:
    """A bare & would begin one."""
    httpserver.expect_request(f"/{SECRET}").respond_with_data("ok")
    ROOMS["slack"](httpserver).tell(CONTENT)
    assert "A&amp;B" in json.loads(httpserver.log[0][0].get_data())["text"]


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize("status", [302, 403, 429, 500])
def test_a_refusal_is_tried_again_and_tells_no_secret(httpserver: HTTPServer, room: str, status: int) -> None:
    """Whatever it is, what waits is not lost, and neither address nor token stands in the reason."""
    moved = Response(status=status, headers={"Location": httpserver.url_for("/elsewhere")})
    httpserver.expect_request("/elsewhere").respond_with_data("?")
    for path in (f"/{SECRET}", CHATWORK, POSTS):
        httpserver.expect_request(path).respond_with_response(moved)
    answer = ROOMS[room](httpserver).tell(CONTENT)
    assert (answer.outcome, answer.code) == (Outcome.DEFERRED, status)
    assert SECRET not in answer.text
    assert len(httpserver.log) == 1


def test_in_place_of_a_secret_stand_three_dots() -> None:
    """The rest of the reason stays; no secret configured is no text to look for, no answer has no code."""
    error = FetchError(
        "x.example", "no answer from {url} with {token}", url="https://x.example/hook", token=SECRET, permanent=False
    )
    assert failed(error, "", SECRET, "https://x.example/hook") == Answer(Outcome.DEFERRED, 0, "no answer from … with …")


def test_a_signed_webhook_can_be_checked(httpserver: HTTPServer) -> None:
    """The HMAC of the very bytes, in the header that GitHub's receivers read."""
    httpserver.expect_request(f"/{SECRET}").respond_with_data("ok")
    ROOMS["webhook"](httpserver).tell(CONTENT)
    ((request, _),) = httpserver.log
    made = hmac.new(b"key", request.get_data(), sha256).hexdigest()
    assert request.headers["X-Hub-Signature-256"] == f"sha256={made}"
    assert request.get_data() == CONTENT


class Articles:
    """As much of WordPress as its documentation promises: articles found by slug, made and changed by number."""

    def __init__(self, server: HTTPServer) -> None:
        self.held: dict[int, dict[str, object]] = {}
        self.lose_next = False
        server.expect_request(POSTS).respond_with_handler(self.all)
        server.expect_request(f"{POSTS}/1").respond_with_handler(self.one)

    def all(self, request: Request) -> Response:
        """List by slug, or make a new one."""
        assert request.headers["Authorization"] == "Basic " + b64encode(b"ops:abcd efgh").decode()
        if request.method == "GET":
            asked = {"slug": request.args["slug"], "status": "any", "context": "edit", "_fields": "id"}
            assert request.args.to_dict() == asked
            found = [{"id": number} for number, one in self.held.items() if one["slug"] == request.args["slug"]]
            return Response(json.dumps(found), mimetype="application/json")
        number = len(self.held) + 1
        self.held[number] = json.loads(request.get_data())
        if self.lose_next:
            self.lose_next = False
            return Response(status=500)
        return self.shown(number)

    def one(self, request: Request) -> Response:
        """Change the first."""
        self.held[1] |= json.loads(request.get_data())
        return self.shown(1)

    def shown(self, number: int) -> Response:
        """Answer with an article."""
        body = self.held[number] | {"id": number, "link": f"https://www.aozora.example/{number}"}
        return Response(json.dumps(body), status=201, mimetype="application/json")


def test_wordpress_makes_one_article_of_a_notice(httpserver: HTTPServer) -> None:
    """A lost answer, a second edition and a withdrawal all go to the same article, whose state people decide."""
    site, made = Articles(httpserver), ROOMS["wordpress"](httpserver)
    site.lose_next = True
    assert made.tell(CONTENT).outcome is Outcome.DEFERRED
    assert made.tell(CONTENT) == Answer(Outcome.ACCEPTED, 0, "https://www.aozora.example/1")
    assert site.held[1] == {
        "title": "A&B の脆弱性",
        "content": POST["html"],
        "slug": "info-2026-0001",
        "status": "publish",
    }
    site.held[1]["status"] = "private"
    again = POST | {"title": "A&B の脆弱性(更新)", "withdrawn": "誤り <b>"}
    assert made.tell(json.dumps(again).encode()).outcome is Outcome.ACCEPTED
    assert list(site.held) == [1]
    assert site.held[1]["title"] == "A&B の脆弱性(更新)"
    assert str(site.held[1]["content"]).startswith("<p><strong>取下げ</strong> 誤り &lt;b&gt;</p>\n<h2>")
    assert site.held[1]["status"] == "private"


def test_a_new_article_stands_as_configured(httpserver: HTTPServer) -> None:
    """As a draft for a person to publish, in its categories."""
    site = Articles(httpserver)
    settings = wordpress.Settings(
        httpserver.url_for(f"/{SECRET}X"), "ops", "abcd efgh", policy(httpserver), "draft", (3, 5)
    )
    assert wordpress.open_channel(settings).tell(CONTENT).outcome is Outcome.ACCEPTED
    assert (site.held[1]["status"], site.held[1]["categories"]) == ("draft", [3, 5])


def test_of_several_articles_the_first_is_changed(httpserver: HTTPServer) -> None:
    """Whatever stands behind it."""
    httpserver.expect_request(POSTS, method="GET").respond_with_json([{"id": 1}, 7])
    httpserver.expect_request(f"{POSTS}/1", method="POST").respond_with_json({"link": "https://a.example/1"})
    assert ROOMS["wordpress"](httpserver).tell(CONTENT) == Answer(Outcome.ACCEPTED, 0, "https://a.example/1")


@pytest.mark.parametrize("answer", ["<html>", "{}", "[7]", '[{"id": "1"}]', "[" * 100_000])
def test_an_answer_that_is_not_wordpress(httpserver: HTTPServer, answer: str) -> None:
    """A parked domain or a plugin's page makes nothing, and is tried again."""
    httpserver.expect_request(POSTS, method="GET").respond_with_data(answer)
    found = ROOMS["wordpress"](httpserver).tell(CONTENT)
    assert (found.outcome, found.code, len(httpserver.log)) == (Outcome.DEFERRED, 0, 1)
    assert "WordPress" in found.text


def program(folder: Path, body: str) -> AlarmChannel:
    """Return the channel to a program."""
    file = folder / "program.py"
    file.write_text(f"import json, os, sys, time\n{body}\n", encoding="utf-8")
    return command.open_channel(command.Settings((sys.executable, str(file), "$(x); *")))


def test_a_program_reads_the_document(tmp_path: Path) -> None:
    """On its standard input, its arguments untouched by any shell."""
    out = tmp_path / "out"
    made = program(tmp_path, f"open({str(out)!r}, 'wb').write(sys.stdin.buffer.read() + sys.argv[1].encode())")
    assert made.tell(CONTENT) == Answer(Outcome.ACCEPTED, 0, "")
    assert out.read_bytes() == CONTENT + b"$(x); *"


def test_a_program_that_fails_is_tried_again(tmp_path: Path) -> None:
    """With its code and the end of its words; one that is not there says so."""
    answer = program(tmp_path, "sys.stderr.write('x' * 10_000 + 'pager is off'); sys.exit(3)").tell(CONTENT)
    assert (answer.outcome, answer.code) == (Outcome.DEFERRED, 3)
    assert answer.text.endswith("xpager is off")
    assert len(answer.text) == 500
    answer = program(tmp_path, "sys.stderr.buffer.write(b'off\\xff\\n'); sys.exit(1)").tell(CONTENT)
    assert answer == Answer(Outcome.DEFERRED, 1, "off\ufffd")
    gone = command.open_channel(command.Settings((str(tmp_path / "none"),))).tell(CONTENT)
    assert (gone.outcome, gone.code) == (Outcome.DEFERRED, 0)
    assert "none" in gone.text
    assert command.open_channel(command.Settings(())).tell(CONTENT).outcome is Outcome.DEFERRED


def test_a_program_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    """At its deadline nothing of it is left, nor of what it started."""
    file = tmp_path / "child"
    words = ("sh", "-c", f"sleep 600 & echo $! > {file}; wait")
    answer = command.open_channel(command.Settings(words, 1.0)).tell(CONTENT)
    assert (answer.outcome, answer.code) == (Outcome.DEFERRED, 0)
    state, end = Path(f"/proc/{file.read_text().strip()}/stat"), time.monotonic() + 30
    while state.exists() and state.read_text().rpartition(")")[2].split()[0] != "Z":
        assert time.monotonic() < end
        time.sleep(0.01)
