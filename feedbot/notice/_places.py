"""Where a notice and the originals it rests on stand on the public site. Used by texts that link and by the site."""

import re
from urllib.parse import quote

from feedbot.advisory import Advisory, Trust
from feedbot.notice._model import Notice, Provider


def page_name(notice: Notice) -> str:
    """Return INFO-2026-0001.html; `preview.html` while no number is given."""
    return f"{_plain(notice.number)}.html" if notice.number else "preview.html"


def signed_name(notice: Notice) -> str:
    """Return the file name of a notice's clear-signed text: INFO-2026-0001.txt.asc."""
    return page_name(notice).removesuffix("html") + "txt.asc"


def original_name(advisory: Advisory) -> str:
    """Return the file name of an advisory's signed original: JPCERT-AT-2014-0001.txt.asc."""
    return f"{_plain(advisory.number)}.txt.asc"


def _plain(number: str) -> str:
    """Keep letters, digits, dot, underscore and hyphen, so that no number leaves its folder or needs quoting."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", number).strip(".-") or "unnamed"


def page_url(notice: Notice, provider: Provider) -> str:
    """Return the address of a notice's page; empty before it has a number, and where pages are in another name."""
    shown = notice.number and provider.pages
    return f"{provider.site_url.rstrip('/')}/{quote(page_name(notice))}" if shown else ""


def original_url(advisory: Advisory, provider: Provider) -> str:
    """Return the address of the signed original; empty unless its signature was verified, and where the pages are in
    another name."""
    if advisory.trust is not Trust.SIGNED or not provider.pages:
        return ""
    return f"{provider.site_url.rstrip('/')}/originals/{quote(original_name(advisory))}"
