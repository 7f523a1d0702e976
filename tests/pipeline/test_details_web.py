"""MyJVN's details from a real server: numbers by day, details ten by ten, and the same again."""

from pathlib import Path

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from feedbot.pipeline.collect import collect
from feedbot.store import advisories
from tests.fakes import world
from tests.pipeline.test_feed_cases import entry, feed
from tests.pipeline.test_listings_web import wired

DETAIL = (
    "<Vulinfo><VulinfoID>{number}</VulinfoID><VulinfoData><Title>伝言板の脆弱性</Title><Affected><AffectedItem>"
    "<ProductName>Dengon</ProductName><VersionNumber>3.1.5 未満</VersionNumber></AffectedItem></Affected>"
    "<DateLastUpdated>2026-11-05T09:30:00+09:00</DateLastUpdated></VulinfoData></Vulinfo>"
)


def test_details_come_ten_by_ten(tmp_path: Path, httpserver: HTTPServer) -> None:
    """23 numbers are one answer and three questions; each detail is new once, with its versions, and then the same."""
    stage, questions = world(tmp_path), list[tuple[str, int]]()

    def answer(request: Request) -> Response:
        method = request.args["method"]
        # A plus sign in a query is a blank.
        numbers = request.args.get("vulnId", "").split()
        questions.append((method, len(numbers)))
        if method == "getVulnOverviewList":
            return Response(feed(*(entry(number) for number in range(1, 24))))
        told = "".join(DETAIL.format(number=number) for number in numbers)
        return Response(f'<VULDEF-Document xmlns="http://jvn.jp/vuldef/">{told}</VULDEF-Document>'.encode())

    httpserver.expect_request("/myjvn").respond_with_handler(answer)
    url = httpserver.url_for("/myjvn") + "?method=getVulnOverviewList&feed=hnd"
    edges, source = wired(stage, httpserver), stage.source("db", "jvn_ipedia_details", url)
    report = collect(edges, source)
    assert (len(report.new), report.whole, report.quarantined) == (23, True, [])
    assert questions == [("getVulnOverviewList", 0), *[("getVulnDetailInfo", many) for many in (10, 10, 3)]]
    with edges.database.begin() as tx:
        found = advisories.current(tx, "db", report.new[0])
    assert found is not None
    assert [str(one.range) for one in found.affected] == ["vers:generic/<3.1.5"]
    again = collect(edges, source)
    assert (again.new, again.changed, again.quarantined) == ([], [], [])
