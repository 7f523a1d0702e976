"""The public pages in a real browser: they fit a desk and a telephone, and load nothing from elsewhere."""

from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from feedbot.notice import site
from tests.conftest import need_program
from tests.notice.test_site import NOTICE, PROVIDER, TEMPLATES, own, published

LONG = "とても長い題名のお知らせ" * 12
ENTRIES = (
    published(NOTICE),
    published(own("N-1", date(2026, 1, 2), "x" * 200)),
    published(own("N-2", date(2025, 1, 2), LONG)),
)


@pytest.mark.parametrize("width", [1280, 390])
def test_pages_fit_the_screen_and_stay_at_home(tmp_path: Path, width: int) -> None:
    """No page scrolls sideways, none asks another host for anything, and none logs an error."""
    chromium = need_program("chromium", "chromium")
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
        for path in sorted(tmp_path.glob("*.html")):
            page.goto(path.as_uri())
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path.name
            assert page.evaluate("document.documentElement.lang") == "ja"
        browser.close()
    assert errors == []
    assert [url for url in asked if not url.startswith(tmp_path.as_uri())] == []
