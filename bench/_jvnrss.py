"""A yearly file of JVN iPedia in its real shape (JVNRSS, mod_sec 3.0), every word of it made up here."""

from collections.abc import Iterator
from random import Random

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<rdf:RDF xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"\
 xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"\
 xmlns:sec="http://jvn.jp/rss/mod_sec/3.0/" xml:lang="ja">
  <channel rdf:about="https://feeds.csirt-a.example/ja/rss/jvndb_2026.rdf">
    <title>JVNDB RSS Feed - Years Entry</title>
    <link>https://feeds.csirt-a.example/</link>
    <description>見本の年次データ</description>
    <dc:date>2026-10-09T12:00:32+09:00</dc:date>
    <items>
      <rdf:Seq>
"""
_PLACE = "https://feeds.csirt-a.example/ja/contents/2026/{number}.html"
_ITEM = """  <item rdf:about="{place}">
    <title>{vendor}の{product}における{weakness}に関する脆弱性</title>
    <link>{place}</link>
    <description>{words}&#13;
</description>
    <sec:identifier>{number}</sec:identifier>
{references}
    <sec:cpe version="2.2" vendor="{vendor}" product="{product}">cpe:/a:{stem}:{stem}_{suffix}</sec:cpe>
    <sec:cvss version="3.0" score="{score}" type="Base" severity="High" vector="CVSS:3.1/AV:{av}/AC:L/PR:N/UI:{ui}/S:U/C:{c}/I:H/A:H"/>
    <dc:date>{modified}</dc:date>
    <dcterms:issued>{issued}</dcterms:issued>
    <dcterms:modified>{modified}</dcterms:modified>
  </item>
"""  # noqa: E501  # the publisher writes it on one line
_REFERENCE = '    <sec:references source="{source}" id="{id}">{url}</sec:references>'
_WEAKNESS = (
    '    <sec:references title="{title}(CWE-{cwe})" id="CWE-{cwe}">https://cwe.csirt-a.example/{cwe}</sec:references>'
)
_WEAKNESSES = (
    ("不適切な認可", 863),
    ("解放済みメモリの使用", 416),
    ("クロスサイトスクリプティング", 79),
    ("境界外書き込み", 787),
)
_STEMS = ("mihon", "kakuu", "tatoe", "samplesoft", "exampleworks", "demoya", "testcorp", "modelkan")
_SENTENCES = (
    "{product} {version} より前のバージョンには、入力の検証が不十分な問題があり、遠隔の第三者が細工した要求を送ることで"
    "機密の情報を読み取る可能性があります。",
    "この問題は、見本として書かれた文であり、実在の製品について述べるものではありません。",
    "認証された利用者が管理画面から設定ファイルを取り込むと、意図しない命令が実行される場合があります。",
    "The sample component before {version} does not check the length of a header, which lets an attacker stop it.",
)


def pieces(items: int, seed: int = 1) -> Iterator[str]:
    """Yield the file's text in pieces: the head, each item, the end. About 1,615 bytes an item, as the real ones."""
    random = Random(seed)
    numbers = [f"JVNDB-2026-{number:06}" for number in range(1, items + 1)]
    seats = "".join(f'        <rdf:li rdf:resource="{_PLACE.format(number=number)}"/>\n' for number in numbers)
    yield f"{_HEAD}{seats}      </rdf:Seq>\n    </items>\n  </channel>\n"
    for number in numbers:
        yield _item(random, number)
    yield "</rdf:RDF>\n"


def _item(random: Random, number: str) -> str:
    stem, suffix = random.choice(_STEMS), random.randrange(400)
    weakness, cwe = random.choice(_WEAKNESSES)
    cve = f"CVE-2026-{random.randrange(1000, 99999)}"
    product, version = f"{stem.title()} {suffix}", f"{random.randrange(9)}.{random.randrange(99)}"
    others = random.randrange(3)
    references = [
        _REFERENCE.format(source="CVE", id=cve, url=f"https://cve.csirt-a.example/CVERecord?id={cve}"),
        _REFERENCE.format(source="NVD", id=cve, url=f"https://nvd.csirt-a.example/vuln/detail/{cve}"),
        _WEAKNESS.format(title=weakness, cwe=cwe),
        *(
            _REFERENCE.format(
                source="関連文書", id=f"PSIRT-{suffix}-{at}", url=f"https://{stem}.example/psirt/{suffix}/{at}"
            )
            for at in range(others)
        ),
    ]
    return _ITEM.format(
        place=_PLACE.format(number=number),
        number=number,
        vendor=f"{stem.title()} 株式会社",
        product=product,
        weakness=weakness,
        words="".join(random.sample(_SENTENCES, 2)).format(product=product, version=version),
        references="\n".join(references),
        stem=stem,
        suffix=suffix,
        score=f"{random.randrange(40, 99) / 10}",
        av=random.choice("NLA"),
        ui=random.choice("NR"),
        c=random.choice("HLN"),
        issued=_moment(random),
        modified=_moment(random),
    )


def _moment(random: Random) -> str:
    month, day, hour, minute = (random.randrange(low, high) for low, high in ((1, 10), (1, 28), (9, 18), (0, 60)))
    return f"2026-{month:02}-{day:02}T{hour:02}:{minute:02}+09:00"
