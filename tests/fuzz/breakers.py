"""What breaks parsers: tokens to put into a text, runs to fill it with, values for JSON, and whole documents."""

import json
from collections.abc import Callable
from functools import partial

RUNS = (
    " ", "\t", "\n", "\r\n", "\u3000", "\u00a0", "\r", "0", "9", "1.", "a", "-", "- ", "=", "*", "_", "#", "(", ")",
    "（",
    "）", "[", "]", "「", "」", "『", "【", "】", "、", "。", "・", ",", ".", ":", ";", "/", "://", "http://", "<",
    ">", "</", "<!--",
    "<![CDATA[", "]]>", "&", "&amp;", "&#", "\\", '"', "'", '""', "{", "}", '{"a":', "|", "`", "```", "~", "〜",
    "から",
    "以前", "より前", "および", "1.2 以前、", "1.0 から 1.5 まで", "バージョン ", "version ", "prior to ", "and ",
    "CVE-", "CVE-2026-",
    "CVE-2026-1000 ", "JVN#", "JVNVU#", "VU#", "2026年", "2026-11-", "2026年11月10日 ", "10日", "令和", "A-", "A.",
    "a@", "%",
    "%s", "$", "\x1b$B", "\x1b(B", "\0", "\ufeff", "\u202e", "\u2028", "\u0301", "\U0001f600", "CVSS:3.1/", "AV:N/",
    "x" * 70 + "\n",
    "</item>", "<item>", "<a>", "<a href=x>", "<b", "<table><tr><td>", "<pre>", "<li>", "<h2>I. ", "■ 概要\n",
    "I. 概要\n",
    "概要\n====\n", "- - ", "-----BEGIN PGP SIGNED MESSAGE-----\n", ">=1.0|", "vers:deb/", "cpe:/a:",
    "pkg:deb/debian/",
)  # fmt: skip
"""Each is repeated: candidates for regular expressions that go back, lists that are searched again and again."""

TOKENS = tuple(
    token.encode("utf-8", "surrogatepass")
    for token in (
        *RUNS, "0000-00-00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-02-30",
        "2026-11-10T25:61:61Z",
        "10000000000-01-01", "0000年0月0日", "令和元年13月1日", "令和99年99月99日",
        "Tue, 10 Nov 999999999999999999999 00:00:00 +0000",
        "Tue, 10 Nov 2026 00:00:00 +99999999999", "Mon, 01 Jan 0001 00:00:00 +2359", "1 Jan 1 0:0:0 -2359",
        "２０２６年１１月１０日",
        "²", "٣", "१२", "①", "½", "1e999", "-1e999", "NaN", "Infinity", "-0", "1e-400", "0x10", "1_000", "9" * 5000,
        "-" + "9" * 400,
        "1." * 3000, "1" * 3000 + ".0", "1:2:3:4", "~~", "1.0~rc1-", "x.x.x", "2.4.x 系 以前", "1.2 から 1.0 まで",
        "全てのバージョン",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "CVSS:9.9/AV:Z", "CVSS:4.0/" + "AV:N/" * 300,
        "(AV:N/AC:L/Au:N/C:P/I:P/A:P)",
        "\ud800", "\udfff", "\ud83d", "\U0010ffff", "\ufffe", "\x85", "\x0b", "\x0c", "\x1c", "\x7f", "\x1b", "\r",
        "\u0085", "\u2029",
        "<?xml version='1.0' encoding='utf-16'?>", "<?xml version='1.1'?>", "<!DOCTYPE a [<!ENTITY b 'c'>]>", "&b;",
        "&#0;", "&#x110000;",
        "&#xd800;", "&#99999999999999999999;", "<x xmlns='' xmlns:a='b'/>", "<a:b/>", "xmlns:rdf=''", "<![CDATA[",
        "]]>", "<?x", "?>",
        "<!--", "-->", "<!", "</", "/>", "<>", "<script>", "<style>", "<svg><math>", "<template>", "<textarea>",
        "<plaintext>",
        "<select><option>", "<frameset>", "<base href='http://['>", "<a href='http://['>x</a>", "<a href='//[::1'>",
        "http://[",
        "http://[::1]:99999999999/", "http://a:b@c:d/", "https://csirt-a.example:x/", "javascript:0", "data:,",
        "file:///etc/passwd",
        "//", "?", "#", "http://\u2100/", "http://a\u0300.example/\n", "https://csirt-a.example/" + "a/" * 900,
        "---\n", "---\ntitle: x\n---\n", "title: '", "title: \"", "- ", "```\n", "| a | b |\n|---|---|\n", "[x](",
        "![", "<!-- x",
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n", "-----BEGIN PGP SIGNATURE-----\n",
        "-----END PGP SIGNATURE-----\n",
        "Hash: MD5\n", "- -----", "Topic:", "Announced:", "改訂履歴", "更新日", "影響を受けるシステム", "Affects:",
        "%%", "{0}", "{url}", "%(x)s",
        '{"', '":', "null", "true", "[]", "{}", '"\\ud800"', '"\\u0000"', '"\\', "\\x", "=cmd|' /C calc'!A0", '","',
        '"a\n"',
    )
)  # fmt: skip
"""Put in anywhere: odd dates, digits and numbers, marks of every format, addresses that are none."""

RAW = (
    b"\xff", b"\xfe", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\xc0\x80", b"\xc0\xaf", b"\xe0\x80\xaf",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80", b"\xf8\x88\x80\x80\x80", b"\x80", b"\xa4\xa2", b"\x82\xa0", b"\x8e\xb1", b"\x8f\xa2\xb7",
    b"\x1b$@",
    b"\x1b(J", b"\x1b(I", b"\x1b$(D", b"\x1b.A", b"\x0e", b"\x1b$B<script>\x1b(B", b"\x1b$B$\"", b"\x00<\x00a\x00>",
    b"\x1a",
)  # fmt: skip
"""Bytes that no encoding, or another one, makes of a text."""

VALUES: tuple[object, ...] = (
    None, True, False, 0, -1, 1, 2**63, -(2**70), 10**400, 1.5, -0.0, 1e308, float("nan"), float("inf"), "", " ",
    "\0", "\ud800", "\n",
    "0000-00-00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-11-10", "CVE-2026-1000",
    "CVE-2026-1000 " * 300,
    "1.0", "1.2 以前", "9" * 5000, "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "http://[",
    "https://csirt-a.example/x", "x" * 20_000,
    "(" * 3000, " " * 20_000, "# a\n" * 500, "<b>" * 500, [], {}, [[]], [None], [{}], {"": ""}, {"a": None},
    ["x"] * 3000, [[[[[[]]]]]],
    {"lang": "en", "value": []}, [0.1, "a", {}], "vers:deb/>=1|<2", ">1 |" * 200, "pkg:npm/%40a/b@1?c=d#e",
    "cpe:2.3:a:" + "*:" * 30,
)  # fmt: skip
"""In the place of any value of JSON."""


def _items(size: int) -> bytes:
    """Return as many bad items as a list may have, or as the size allows."""
    return b'{"id":1},' * min(size // 9, 99_999) + b"{}"


SIZES = (2, 3, 10, 30, 100, 300, 1000, 3000)
BIG_SIZES = (10_000, 100_000)


def whole(size: int) -> dict[str, Callable[[], bytes]]:
    """Return what makes documents of about `size` bytes, each of one thing that some parser may choke on."""

    def of(run: bytes) -> bytes:
        return run * (size // len(run))

    def attributes(one: bytes, count: int) -> bytes:
        return b"".join(one % n for n in range(count))

    found: dict[str, Callable[[], bytes]] = {f"run {run[:12]!r}": partial(of, run.encode()) for run in RUNS}
    rdf = b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
    atom = b'<feed xmlns="http://www.w3.org/2005/Atom"><id>a</id>'
    entry = b'<entry><id>x</id><title>CVE-2026-1000</title><link href="a"/><updated>2026-11-10</updated></entry>'
    page = b"<!DOCTYPE html><html><head><title>x</title></head><body>"
    found |= {
        "rdf items": lambda: rdf + b"<item><title>x</title></item>" * (size // 29) + b"</rdf:RDF>",
        "rdf deep": lambda: rdf + b"<item>" + b"<a>" * (size // 3),
        "rdf attributes": lambda: rdf + b"<item " + attributes(b'a%d="" ', size // 10) + b"/>",
        "rdf namespaces": lambda: rdf + b"<item " + attributes(b'xmlns:a%d="b" ', size // 16) + b"/>",
        "rdf entities": lambda: rdf + b"<item><title>" + b"&lt;" * (size // 4) + b"</title></item></rdf:RDF>",
        "atom entries": lambda: atom + entry * (size // len(entry)) + b"</feed>",
        "atom content": lambda: atom + b"<entry><content type='html'>" + b"&lt;div&gt;" * (size // 11),
        "page links": lambda: page + b"<a href='/a.html'>CVE-2026-1000</a>" * (size // 36),
        "page lists": lambda: page + b"<ul><li>1.2 x</ul>" * (size // 18),
        "page deep": lambda: page + b"<div><b>" * (size // 8),
        "page cells": lambda: page + b"<table>" + b"<tr><td>1.0<td>2026-11-10" * (size // 25),
        "page formats": lambda: page + b"<b><i><u><a>" * (size // 12),
        "page text": lambda: page + b"<p>1.2 and 1.3 are affected. " * 3 + b"a " * (size // 2),
        "page classes": lambda: page + b"<p class='" + b"a " * (size // 2) + b"'>x",
        "page half tag": lambda: page + b"<a " + b"b=c " * (size // 4),
        "json list": lambda: b'{"vulnerabilities":[' + b"0," * (size // 2 - 12) + b"0]}",
        "json lists": lambda: b'{"vulnerabilities":[' + b"[[]]," * (size // 5 - 12) + b"0]}",
        "json objects": lambda: b"[" + b'{"id":1},' * (size // 9) + b"0]",
        "json most values": lambda: b'{"vulnerabilities":[[' + b"0," * min(size // 2, 299_000) + b"0]]}",
        "json most items": lambda: b"[" + _items(size) + b"]",
        "json most vulns": lambda: b'{"vulns":[' + _items(size) + b"]}",
        "json most cases": lambda: b'{"get_cases":[' + _items(size) + b"]}",
        "json most notes": lambda: b'{"notes":[' + _items(size) + b"]}",
        "json most entries": lambda: b'{"feed":{"entry":[' + _items(size) + b"]}}",
        "json most catalogue": lambda: b'{"catalogVersion":"1","vulnerabilities":[' + _items(size) + b"]}",
        "json most branches": lambda: b'{"document":{"csaf_version":"2.0"},"product_tree":{"branches":['
        + _items(size) + b"]}}",
        "json keys": lambda: json.dumps({str(n): n for n in range(size // 18)}).encode(),
        "json strings": lambda: b'["' + b"\\u3042" * (size // 6) + b'"]',
        "json nested": lambda: b"[" * (size // 2) + b"]" * (size // 2),
        "json number": lambda: b'{"id":' + b"9" * size + b"}",
        "csv": lambda: b'"2026-11-10T00:00:00Z","a/b.json"\n' * (size // 36),
        "csv quote": lambda: b'"' + b"a,\n" * (size // 3),
        "lines": lambda: b"a.json\n" * (size // 7),
        "most lines": lambda: b"2026-11-10T00:00:00Z,a/A-1\n" * min(size // 28, 299_000),
        "signed": lambda: b"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n" + b"- a\n" * (size // 4),
        "front": lambda: b"---\ntitle: x\n" + b" y\n" * (size // 3) + b"---\n",
        "sections": lambda: "■ 概要\n1.2 以前\n".encode() * (size // 22),
        "history": lambda: "改訂履歴\n".encode() + b"2026-11-10 x\n" * (size // 13),
        "fields": lambda: b"Topic:\t x\n" * (size // 10),
        "utf-16": lambda: b"\xff\xfe" + "<a>".encode("utf-16-le") * (size // 6),
        "jis": lambda: b"\x1b$B$\"\x1b(B" * (size // 8),
    }  # fmt: skip
    return found
