"""The public pages in a real browser: they fit a desk and a telephone, and load nothing from elsewhere."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from feedbot.inventory import Plan
from feedbot.notice import render, site
from tests.conftest import need_library, need_program
from tests.notice.fixtures import PROVIDER
from tests.notice.test_site import NOTICE, TEMPLATES, own, published

LONG = "とても長い題名のお知らせ" * 12
TOTALS = render.Totals(12, 34, ((Plan.DEDICATED, 11), (Plan.VPS, 12), (Plan.SHARED, 11)))
ENTRIES = (
    replace(published(NOTICE), withdrawn=(date(2026, 12, 1), "x" * 200)),
    site.Published(replace(NOTICE, number="N-0"), render.post(NOTICE, TOTALS, PROVIDER, TEMPLATES)),
    published(own("N-1", date(2026, 1, 2), "x" * 200)),
    published(own("N-2", date(2025, 1, 2), LONG)),
)
# The words of WHOLE that stand on two lines.
BROKEN = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), broken = [];
  for (let node; (node = walker.nextNode()); )
    for (const found of node.data.matchAll(/([A-Za-z]+ )?[0-9]+(台|件)|注意喚起/g)) {
      const range = document.createRange();
      range.setStart(node, found.index);
      range.setEnd(node, found.index + found[0].length);
      if (new Set([...range.getClientRects()].map(one => Math.round(one.top))).size > 1) broken.push(found[0]);
    }
  return broken;
}"""


@pytest.mark.parametrize("width", [1280, 390, 343, 320])
def test_pages_fit_the_screen_and_stay_at_home(tmp_path: Path, width: int) -> None:
    """No page scrolls sideways, none asks another host for anything, and none logs an error."""
    chromium = need_program("chromium", "chromium")
    need_library("libatomic.so.1", "libatomic1")
    for path, body in site.pages(ENTRIES, PROVIDER, TEMPLATES).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(body)
    asked: list[str] = []
    errors: list[str] = []
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-background-networking", "--disable-sync"]
        )
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        for file in sorted(tmp_path.glob("*.html")):
            page.goto(file.as_uri())
            assert page.evaluate("document.documentElement.scrollWidth") <= width, file.name
            assert page.evaluate("document.documentElement.lang") == "ja"
            assert page.evaluate(BROKEN) == [], file.name
        browser.close()
    assert errors == []
    assert [url for url in asked if not url.startswith(tmp_path.as_uri())] == []
