"""The cases of the design's list ("Cases to cover", Signature), one function each: honest controls, then attacks."""

import gzip
import re
from datetime import UTC, datetime

from feedbot.advisory import Verdict
from feedbot.signature.armor import signature as dearmor
from feedbot.signature.packets import walk
from tests.signature.make_cases import NUMBER, SIGNED, TEXT, Case, Registry, Workshop, armored, canonical

BEGIN = b"-----BEGIN PGP SIGNED MESSAGE-----\n"
SIGNATURE = b"-----BEGIN PGP SIGNATURE-----\n"
EXACT = canonical(TEXT)

honest = Registry()
attack = Registry()


def block(document: bytes) -> bytes:
    """Return the signature block of a clear-signed document."""
    return document[document.index(SIGNATURE) :]


def with_signature(document: bytes, armor: bytes) -> bytes:
    """Replace the signature block."""
    return document[: document.index(SIGNATURE)] + armor


# ---------------------------------------------------------------------------------------------- honest controls


@honest("plain", Verdict.VERIFIED)
def _(shop: Workshop) -> Case:
    return Case(shop.clear(), signed=EXACT)


@honest("claims its number", Verdict.VERIFIED)
def _(shop: Workshop) -> Case:
    return Case(shop.clear(), claims=NUMBER, signed=EXACT)


@honest("ISO-2022-JP", Verdict.VERIFIED)
def _(shop: Workshop) -> Case:
    raw = TEXT.encode("iso2022_jp")
    return Case(shop.clear(raw), signed=canonical(raw))


@honest("ISO-2022-JP with letters outside JIS X 0208", Verdict.VERIFIED)
def _(shop: Workshop) -> Case:
    raw = b"CSIRT-A-2026-0001\n" + b"\x1b$B-!|b\x1b(B ok\n"
    return Case(shop.clear(raw), signed=canonical(raw))


@honest("CRLF", Verdict.VERIFIED)
def _(shop: Workshop) -> Case:
    return Case(shop.clear().replace(b"\n", b"\r\n"), signed=EXACT)


@honest("CRLF in the text, LF in the armor", Verdict.VERIFIED)
def _(shop: Workshop) -> Case:
    whole = shop.clear()
    text, armor = whole[: whole.index(SIGNATURE)], block(whole)
    return Case(text.replace(b"\n", b"\r\n") + armor, signed=EXACT)


@honest("dash escapes", Verdict.VERIFIED)
def _(shop: Workshop) -> Case:
    text = "-\n- \n--\n- - -\n-----BEGIN PGP SIGNED MESSAGE-----\nFrom here\n"
    return Case(shop.clear(text), signed=canonical(text))


@honest("lines escaped that need it not", Verdict.VERIFIED)
def _(shop: Workshop) -> Case:
    return Case(shop.clear().replace(b"\nCSIRT-A\n", b"\n- CSIRT-A\n"), signed=EXACT)


@honest("trailing blanks", Verdict.VERIFIED)
def _(shop: Workshop) -> Case:
    text = TEXT.replace("\n", " \t\n")
    return Case(shop.clear(text), signed=EXACT)


@honest("trailing blanks added on the way", Verdict.VERIFIED)
def _(shop: Workshop) -> Case:
    whole = shop.clear()
    text, armor = whole[: whole.index(SIGNATURE)], block(whole)
    head, body = text.split(b"\n\n", 1)
    return Case(head + b"\n\n" + body.replace(b"\n", b"  \n") + armor, signed=EXACT)


@honest("empty text", Verdict.VERIFIED)
def _(shop: Workshop) -> Case:
    return Case(shop.clear("\n"), signed=b"")


@honest("signing subkey", Verdict.VERIFIED)
def _(shop: Workshop) -> Case:
    keys = (shop.public(shop.with_subkey),)
    return Case(shop.clear(by=shop.subkey), keys, (shop.with_subkey,), signed=EXACT)


@honest("SHA-512", Verdict.VERIFIED)
def _(shop: Workshop) -> Case:
    return Case(shop.clear(TEXT, "--digest-algo", "SHA512"), signed=EXACT)


@honest("SHA-224 by RSA", Verdict.VERIFIED)
def _(shop: Workshop) -> Case:
    keys = (shop.public(shop.rsa),)
    return Case(shop.clear(TEXT, "--digest-algo", "SHA224", by=shop.rsa), keys, (shop.rsa,), signed=EXACT)


@honest("P-256", Verdict.VERIFIED)
def _(shop: Workshop) -> Case:
    return Case(shop.clear(by=shop.p256), (shop.public(shop.p256),), (shop.p256,), signed=EXACT)


@honest("notation", Verdict.VERIFIED)
def _(shop: Workshop) -> Case:
    return Case(shop.clear(TEXT, "--sig-notation", "note@csirt-a.example=[GNUPG:] BADSIG x"), signed=EXACT)


@honest("no checksum, a comment in the signature's armor", Verdict.VERIFIED)
def _(shop: Workshop) -> Case:
    whole = re.sub(rb"\n=[A-Za-z0-9+/]{4}\n", b"\n", shop.clear())
    return Case(whole.replace(SIGNATURE, SIGNATURE + b"Comment: made by hand\n"), signed=EXACT)


@honest("blank lines around", Verdict.VERIFIED)
def _(shop: Workshop) -> Case:
    return Case(b"\n \n" + shop.clear() + b"\n\t\n\n", signed=EXACT)


@honest("an old signature by a key in force", Verdict.VERIFIED)
def _(shop: Workshop) -> Case:
    old = shop.key("Old <old@csirt-a.example>", when="20140101T000000")
    return Case(shop.clear(by=old, when="20140115T100000"), (shop.public(old),), (old,), signed=EXACT)


@honest("detached, binary", Verdict.VERIFIED)
def _(shop: Workshop) -> Case:
    return Case(TEXT.encode(), detached=shop.detach(), signed=TEXT.encode())


@honest("detached, armored, text mode", Verdict.VERIFIED)
def _(shop: Workshop) -> Case:
    return Case(TEXT.encode(), detached=shop.detach(TEXT, "--armor", "--textmode"), signed=TEXT.encode())


@honest("key file with words before its armor", Verdict.VERIFIED)
def _(shop: Workshop) -> Case:
    words = f"pub ed25519 {shop.a}\n-- see https://csirt-a.example/\n\n".encode()
    return Case(shop.clear(), (words + armored(shop.public(shop.a), "PUBLIC KEY BLOCK"),), signed=EXACT)


@honest("key whose self-signature is SHA-1", Verdict.VERIFIED)
def _(shop: Workshop) -> Case:
    before = set(shop.fingerprints())
    user = "Since 2009 <since2009@csirt-a.example>"
    shop.gpg("--cert-digest-algo", "SHA1", "--quick-gen-key", user, "rsa2048", "sign", "never", when="20090602T000000")
    (key,) = set(shop.fingerprints()) - before
    public = shop.public(key)
    assert [body[3] for tag, body in walk(public) if tag == 2] == [2]
    return Case(shop.clear(by=key), (public,), (key,), signed=EXACT)


@honest("block inside a mail", Verdict.VERIFIED)
def _(shop: Workshop) -> Case:
    around = "様\r\n--\r\n-----END PGP SIGNATURE-----\r\n\x0c".encode("cp932")
    return Case(around + b"\r\n" + shop.clear() + around, inside=True, signed=EXACT)


@honest("key and successor both pinned", Verdict.VERIFIED)
def _(shop: Workshop) -> Case:
    keys = (shop.public(shop.a), shop.public(shop.successor))
    return Case(shop.clear(by=shop.successor), keys, (shop.a, shop.successor), signed=EXACT)


@honest("an older snapshot beside the newer one, first in the list", Verdict.VERIFIED)
def _(shop: Workshop) -> Case:
    key, older, newer = _two_snapshots(shop)
    return Case(shop.clear(by=key), (older, newer), (key,), signed=EXACT)


@honest("expired since, judged as of a day in its life", Verdict.VERIFIED)
def _(shop: Workshop) -> Case:
    key, older, _ = _two_snapshots(shop)
    text = shop.clear(by=key, when="20200601T000000")
    return Case(text, (older,), (key,), at=datetime(2020, 12, 1, tzinfo=UTC), signed=EXACT)


def _two_snapshots(shop: Workshop) -> tuple[str, bytes, bytes]:
    """Make a key of 2020 to 2021, and the same key extended."""
    key = shop.key("Long <long@csirt-a.example>", end="20210101T000000", when="20200101T000000")
    older = shop.public(key)
    shop.gpg("--quick-set-expire", key, "0", when="20201201T000000")
    return key, older, shop.public(key)


# -------------------------------------------------------------------------------------------------- the text


@attack("byte edited", Verdict.BAD)
def _(shop: Workshop) -> bytes:
    return shop.clear().replace(b"2.4.1", b"2.4.2", 1)


@attack("line added", Verdict.BAD)
def _(shop: Workshop) -> bytes:
    return shop.clear().replace(SIGNATURE, b"x\n" + SIGNATURE)


@attack("blank line added at the end", Verdict.BAD)
def _(shop: Workshop) -> bytes:
    return shop.clear().replace(SIGNATURE, b"\n" + SIGNATURE)


@attack("text before", Verdict.MALFORMED)
def _(shop: Workshop) -> bytes:
    return b"Please read:\n" + shop.clear()


@attack("text after", Verdict.MALFORMED)
def _(shop: Workshop) -> bytes:
    return shop.clear() + b"P.S. the fixed version is 9.9\n"


@attack("byte order mark before", Verdict.MALFORMED)
def _(shop: Workshop) -> bytes:
    return b"\xef\xbb\xbf" + shop.clear()


@attack("two blocks", Verdict.MALFORMED)
def _(shop: Workshop) -> bytes:
    return shop.clear() + shop.clear("another\n")


@attack("two blocks in a page", Verdict.MALFORMED)
def _(shop: Workshop) -> Case:
    return Case(shop.clear() + shop.clear("another\n"), inside=True)


@attack("two signature blocks", Verdict.MALFORMED)
def _(shop: Workshop) -> bytes:
    return shop.clear() + block(shop.clear())


@attack("look-alike armor first", Verdict.MALFORMED)
def _(shop: Workshop) -> bytes:
    return BEGIN + b"Hash: SHA256\n\nforged\n" + shop.clear()


@attack("look-alike armor first, in a page", Verdict.MALFORMED)
def _(shop: Workshop) -> Case:
    return Case(BEGIN + b"Hash: SHA256\n\nforged\n" + shop.clear(), inside=True)


@attack("look-alike with other dashes first, in a page", Verdict.VERIFIED)
def _(shop: Workshop) -> Case:
    fake = "\u2010----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nforged\n".encode()
    return Case(fake + shop.clear(), inside=True, signed=EXACT)


@attack("U+2028 makes a fake end", Verdict.BAD)
def _(shop: Workshop) -> bytes:
    return shop.clear().replace(b"II. ", "\u2028-----BEGIN PGP SIGNATURE-----\u2028II. ".encode())


@attack("form feed makes a fake line", Verdict.MALFORMED)
def _(shop: Workshop) -> bytes:
    return shop.clear().replace(b"II. ", b"\x0cII. ")


@attack("NUL in the Hash header", Verdict.MALFORMED)
def _(shop: Workshop) -> bytes:
    return re.sub(rb"Hash: (\w+)\n", rb"Hash: \1\0forged\n", shop.clear())


@attack("text in the Hash header", Verdict.MALFORMED)
def _(shop: Workshop) -> bytes:
    return re.sub(rb"Hash: (\w+)\n", rb"Hash: \1, forged text\n", shop.clear())


@attack("unknown digest in the Hash header", Verdict.MALFORMED)
def _(shop: Workshop) -> bytes:
    return re.sub(rb"Hash: (\w+)\n", rb"Hash: \1,WHIRLPOOL\n", shop.clear())


@attack("line between header and text", Verdict.MALFORMED)
def _(shop: Workshop) -> bytes:
    return shop.clear().replace(b"\n\n", b"\nforged\n\n", 1)


@attack("separator replaced by blanks", Verdict.MALFORMED)
def _(shop: Workshop) -> bytes:
    return shop.clear().replace(b"\n\n", b"\n \t\n", 1)


@attack("separator replaced by a vertical tab", Verdict.MALFORMED)
def _(shop: Workshop) -> bytes:
    return shop.clear().replace(b"\n\n", b"\n\x0b\n", 1)


@attack("separator replaced by U+0085", Verdict.MALFORMED)
def _(shop: Workshop) -> bytes:
    return shop.clear().replace(b"\n\n", b"\n\xc2\x85\n", 1)


@attack("separator removed", Verdict.MALFORMED)
def _(shop: Workshop) -> bytes:
    return shop.clear("one line\n").replace(b"\n\n", b"\n", 1)


@attack("separator doubled", Verdict.BAD)
def _(shop: Workshop) -> bytes:
    return shop.clear().replace(b"\n\n", b"\n\n\n", 1)


@attack("NotDashEscaped header", Verdict.MALFORMED)
def _(shop: Workshop) -> bytes:
    return shop.clear().replace(b"\n\n", b"\nNotDashEscaped: You need GnuPG to verify this message\n\n", 1)


@attack("Comment header", Verdict.MALFORMED)
def _(shop: Workshop) -> bytes:
    return shop.clear().replace(b"\n\n", b"\nComment: fixed in 9.9\n\n", 1)


@attack("Charset header", Verdict.MALFORMED)
def _(shop: Workshop) -> bytes:
    return shop.clear().replace(b"\n\n", b"\nCharset: UTF-7\n\n", 1)


@attack("over-long line", Verdict.REFUSED)
def _(shop: Workshop) -> bytes:
    return shop.clear("x" * 8193 + "\n")


@attack("over-long line that gpgv would cut", Verdict.REFUSED)
def _(shop: Workshop) -> bytes:
    return shop.clear("x" * 19990 + "\n").replace(b"xx\n", b"xx" + b" " * 20 + b"forged\n", 1)


@attack("too large", Verdict.REFUSED)
def _(shop: Workshop) -> bytes:
    return shop.clear("line of a text\n" * 80_000)


@attack("dash escapes removed", Verdict.MALFORMED)
def _(shop: Workshop) -> bytes:
    return shop.clear().replace(b"\n- -", b"\n-")


@attack("dash escapes doubled", Verdict.BAD)
def _(shop: Workshop) -> bytes:
    return shop.clear().replace(b"\n- -", b"\n- - -")


@attack("UTF-16", Verdict.UNSIGNED)
def _(shop: Workshop) -> bytes:
    return shop.clear().decode().encode("utf-16")


@attack("CR only", Verdict.MALFORMED)
def _(shop: Workshop) -> bytes:
    return shop.clear().replace(b"\n", b"\r")


@attack("a bare CR hides text", Verdict.MALFORMED)
def _(shop: Workshop) -> bytes:
    return shop.clear().replace("I. 概要\n".encode(), "I. 概要\rforged\n".encode(), 1)


@attack("quoted-printable", Verdict.MALFORMED)
def _(shop: Workshop) -> bytes:
    import quopri

    return quopri.encodestring(shop.clear())


@attack("escape that is not ISO-2022-JP's", Verdict.MALFORMED)
def _(shop: Workshop) -> bytes:
    return shop.clear(TEXT.encode().replace(b"II. ", b"\x1b[8mII. "))


@attack("neither UTF-8 nor ISO-2022-JP", Verdict.REFUSED)
def _(shop: Workshop) -> bytes:
    return shop.clear(TEXT.encode("cp932"))


@attack("truncated in the signature", Verdict.MALFORMED)
def _(shop: Workshop) -> bytes:
    return shop.clear()[:-60]


@attack("END line missing", Verdict.MALFORMED)
def _(shop: Workshop) -> bytes:
    return shop.clear().replace(b"-----END PGP SIGNATURE-----\n", b"")


@attack("truncated before the signature", Verdict.MALFORMED)
def _(shop: Workshop) -> bytes:
    whole = shop.clear()
    return whole[: whole.index(SIGNATURE)]


@attack("BEGIN line only", Verdict.MALFORMED)
def _(shop: Workshop) -> bytes:
    return BEGIN


@attack("unsigned", Verdict.UNSIGNED)
def _(shop: Workshop) -> bytes:
    return TEXT.encode()


@attack("empty", Verdict.UNSIGNED)
def _(shop: Workshop) -> bytes:
    return b""


@attack("indented", Verdict.MALFORMED)
def _(shop: Workshop) -> bytes:
    return b"  " + shop.clear().replace(b"\n", b"\n  ")


@attack("indented, in a page", Verdict.MALFORMED)
def _(shop: Workshop) -> Case:
    return Case(b"  " + shop.clear().replace(b"\n", b"\n  "), inside=True)


@attack("entities in a page", Verdict.BAD)
def _(shop: Workshop) -> Case:
    return Case(b"<pre>\n" + shop.clear().replace(b"<", b"&lt;") + b"</pre>\n", inside=True)


# -------------------------------------------------------------------------------------------------- the keys


@attack("same user id with another key", Verdict.UNKNOWN_KEY)
def _(shop: Workshop) -> bytes:
    return shop.clear(by=shop.impostor)


@attack("same user id with another key, which is in the keyring", Verdict.WRONG_SIGNER)
def _(shop: Workshop) -> Case:
    return Case(shop.clear(by=shop.impostor), (shop.public(shop.a, shop.impostor),))


@attack("key delivered with the document", Verdict.MALFORMED)
def _(shop: Workshop) -> bytes:
    return shop.clear(by=shop.impostor) + armored(shop.public(shop.impostor), "PUBLIC KEY BLOCK")


@attack("key delivered with the document, in a mail", Verdict.UNKNOWN_KEY)
def _(shop: Workshop) -> Case:
    key = armored(shop.public(shop.impostor), "PUBLIC KEY BLOCK")
    return Case(key + shop.clear(by=shop.impostor) + key, inside=True)


@attack("key block inside the signature block", Verdict.MALFORMED)
def _(shop: Workshop) -> bytes:
    whole = shop.clear(by=shop.impostor)
    return with_signature(whole, armored(shop.public(shop.impostor) + dearmor(block(whole))))


@attack("another source's key", Verdict.UNKNOWN_KEY)
def _(shop: Workshop) -> bytes:
    return shop.clear(by=shop.b)


@attack("unpinned successor", Verdict.WRONG_SIGNER)
def _(shop: Workshop) -> Case:
    return Case(shop.clear(by=shop.successor), (shop.public(shop.a, shop.successor),))


@attack("a subkey pinned instead of its primary", Verdict.WRONG_SIGNER)
def _(shop: Workshop) -> Case:
    return Case(shop.clear(by=shop.subkey), (shop.public(shop.with_subkey),), (shop.subkey,))


@attack("another key's subkey put under the pinned key", Verdict.UNKNOWN_KEY)
def _(shop: Workshop) -> Case:
    taken = [bytes([0x80 | tag << 2, len(body)]) + body for tag, body in walk(shop.public(shop.with_subkey))][-2:]
    return Case(shop.clear(by=shop.subkey), (shop.public(shop.a) + b"".join(taken),))


@attack("status text in a user id", Verdict.WRONG_SIGNER)
def _(shop: Workshop) -> Case:
    return Case(shop.clear(by=shop.forger), (shop.public(shop.a, shop.forger),))


@attack("status text in a user id, text altered", Verdict.BAD)
def _(shop: Workshop) -> Case:
    text = shop.clear(by=shop.forger).replace(b"2.4.1", b"2.4.2", 1)
    return Case(text, (shop.public(shop.a, shop.forger),), (shop.forger,))


@attack("32-bit key id shared with the pinned key", Verdict.WRONG_SIGNER)
def _(shop: Workshop) -> Case:
    pinned, twin = shop.twins()
    assert pinned[-8:] == twin[-8:]
    return Case(shop.clear(by=twin), (shop.public(pinned, twin),), (pinned,))


@attack("RSA 1024", Verdict.REFUSED)
def _(shop: Workshop) -> Case:
    return Case(shop.clear(by=shop.weak), (shop.public(shop.weak),), (shop.weak,))


@attack("expired key", Verdict.EXPIRED_KEY)
def _(shop: Workshop) -> Case:
    key, older, _ = _two_snapshots(shop)
    return Case(shop.clear(by=key, when="20200601T000000"), (older,), (key,))


@attack("signed after the key's expiry", Verdict.REFUSED)
def _(shop: Workshop) -> Case:
    key, older, _ = _two_snapshots(shop)
    return Case(shop.clear(by=key, when="20220601T000000"), (older,), (key,))


@attack("expired key, judged as of a day after its end", Verdict.EXPIRED_KEY)
def _(shop: Workshop) -> Case:
    key, older, _ = _two_snapshots(shop)
    at = datetime(2021, 1, 1, tzinfo=UTC)
    return Case(shop.clear(by=key, when="20200601T000000"), (older,), (key,), at=at)


@attack("judged as of a day before it was signed", Verdict.REFUSED)
def _(shop: Workshop) -> Case:
    return Case(shop.clear(), at=datetime(2026, 9, 30, tzinfo=UTC))


@attack("expired subkey", Verdict.EXPIRED_KEY)
def _(shop: Workshop) -> Case:
    primary = shop.key("Ends <ends@csirt-a.example>", usage="cert", when="20200101T000000")
    shop.gpg("--quick-add-key", primary, "ed25519", "sign", "20210101T000000", when="20200101T000000")
    subkey = shop.fingerprints(primary)[1]
    return Case(shop.clear(by=subkey, when="20200601T000000"), (shop.public(primary),), (primary,))


@attack("revoked key", Verdict.REFUSED)
def _(shop: Workshop) -> Case:
    key = shop.key("Gone <gone@csirt-a.example>")
    text = shop.clear(by=key)
    shop.revoke(key)
    return Case(text, (shop.public(key),), (key,))


@attack("revoked key, judged as of a day before", Verdict.REFUSED)
def _(shop: Workshop) -> Case:
    key = shop.key("Gone too <gone2@csirt-a.example>")
    text = shop.clear(by=key)
    shop.revoke(key)
    return Case(text, (shop.public(key),), (key,), at=datetime(2026, 10, 2, tzinfo=UTC))


@attack("revoked key hidden by an older snapshot", Verdict.REFUSED)
def _(shop: Workshop) -> Case:
    key = shop.key("Gone also <gone3@csirt-a.example>")
    text, older = shop.clear(by=key), shop.public(key)
    shop.revoke(key)
    return Case(text, (older, shop.public(key)), (key,))


@attack("revoked subkey", Verdict.REFUSED)
def _(shop: Workshop) -> Case:
    primary = shop.key("Part <part@csirt-a.example>", usage="cert")
    shop.gpg("--quick-add-key", primary, "ed25519", "sign", "never", when="20260101T000000")
    text = shop.clear(by=shop.fingerprints(primary)[1])
    shop.revoke_subkey(primary)
    return Case(text, (shop.public(primary),), (primary,))


# --------------------------------------------------------------------------------------------- the signatures


@attack("future signature", Verdict.REFUSED)
def _(shop: Workshop) -> bytes:
    return shop.clear(when="20270101T000000")


@attack("signature older than its key", Verdict.REFUSED)
def _(shop: Workshop) -> bytes:
    return shop.clear(TEXT, "--ignore-time-conflict", "--ignore-valid-from", when="20251201T000000")


@attack("signature that has expired itself", Verdict.REFUSED)
def _(shop: Workshop) -> bytes:
    return shop.clear(TEXT, "--default-sig-expire", "3", when="20260301T000000")


@attack("SHA-1", Verdict.LEGACY_UNVERIFIABLE)
def _(shop: Workshop) -> Case:
    return Case(shop.clear(TEXT, "--digest-algo", "SHA1", by=shop.rsa), (shop.public(shop.rsa),), (shop.rsa,))


@attack("SHA-1, judged as of its day", Verdict.LEGACY_UNVERIFIABLE)
def _(shop: Workshop) -> Case:
    text = shop.clear(TEXT, "--digest-algo", "SHA1", by=shop.rsa)
    return Case(text, (shop.public(shop.rsa),), (shop.rsa,), at=datetime(2026, 10, 2, tzinfo=UTC))


@attack("SHA-1 named as SHA-256 in the header", Verdict.LEGACY_UNVERIFIABLE)
def _(shop: Workshop) -> Case:
    text = shop.clear(TEXT, "--digest-algo", "SHA1", by=shop.rsa).replace(b"Hash: SHA1", b"Hash: SHA256")
    return Case(text, (shop.public(shop.rsa),), (shop.rsa,))


@attack("MD5", Verdict.LEGACY_UNVERIFIABLE)
def _(shop: Workshop) -> Case:
    options = ("--digest-algo", "MD5", "--allow-weak-digest-algos")
    return Case(shop.clear(TEXT, *options, by=shop.rsa), (shop.public(shop.rsa),), (shop.rsa,))


@attack("no Hash header", Verdict.LEGACY_UNVERIFIABLE)
def _(shop: Workshop) -> bytes:
    return re.sub(rb"Hash: \w+\n", b"", shop.clear())


@attack("Hash header names another digest", Verdict.MALFORMED)
def _(shop: Workshop) -> bytes:
    return re.sub(rb"Hash: \w+\n", b"Hash: SHA384\n", shop.clear())


@attack("detached with SHA-1", Verdict.LEGACY_UNVERIFIABLE)
def _(shop: Workshop) -> Case:
    signature = shop.detach(TEXT, "--digest-algo", "SHA1", by=shop.rsa)
    return Case(TEXT.encode(), (shop.public(shop.rsa),), (shop.rsa,), detached=signature)


@attack("certification class", Verdict.REFUSED)
def _(shop: Workshop) -> bytes:
    certificate = next(bytes([0x88, len(body)]) + body for tag, body in walk(shop.public(shop.a)) if tag == 2)
    return with_signature(shop.clear(), armored(certificate))


@attack("binary class in a clear-signed frame", Verdict.REFUSED)
def _(shop: Workshop) -> bytes:
    return with_signature(shop.clear(), armored(shop.detach(EXACT)))


@attack("good and bad signature together", Verdict.REFUSED)
def _(shop: Workshop) -> bytes:
    whole = shop.clear()
    return with_signature(whole, armored(dearmor(block(whole)) + dearmor(block(shop.clear("other\n")))))


@attack("two good signatures", Verdict.REFUSED)
def _(shop: Workshop) -> Case:
    whole = shop.gpg("-u", shop.a, "-u", shop.b, "--clearsign", stdin=TEXT.encode())
    return Case(whole, (shop.public(shop.a, shop.b),), (shop.a, shop.b))


@attack("300 signatures", Verdict.REFUSED)
def _(shop: Workshop) -> bytes:
    whole = shop.clear()
    return with_signature(whole, armored(dearmor(block(whole)) * 300))


@attack("version 6", Verdict.REFUSED)
def _(shop: Workshop) -> bytes:
    whole = shop.clear()
    packet = bytearray(dearmor(block(whole)))
    packet[2] = 6
    return with_signature(whole, armored(bytes(packet)))


@attack("compressed bomb", Verdict.MALFORMED)
def _(shop: Workshop) -> bytes:
    packed = gzip.zlib.compress(b"\0" * 50_000_000, 9, -15)  # type: ignore[attr-defined]
    body = b"\x01" + packed
    return with_signature(shop.clear(), armored(b"\xa2" + len(body).to_bytes(4, "big") + body))


@attack("symmetric message", Verdict.MALFORMED)
def _(shop: Workshop) -> bytes:
    return with_signature(shop.clear(), armored(shop.symmetric))


@attack("symmetric message alone", Verdict.UNSIGNED)
def _(shop: Workshop) -> bytes:
    return armored(shop.symmetric, "MESSAGE")


@attack("wrong checksum", Verdict.MALFORMED)
def _(shop: Workshop) -> bytes:
    return re.sub(rb"\n=[A-Za-z0-9+/]{4}\n", b"\n=AAAA\n", shop.clear())


@attack("signature of another text", Verdict.BAD)
def _(shop: Workshop) -> bytes:
    return with_signature(shop.clear(), block(shop.clear("another\n")))


@attack("detached for another file", Verdict.BAD)
def _(shop: Workshop) -> Case:
    return Case(TEXT.encode(), detached=shop.detach("another\n"))


@attack("detached, signature file empty", Verdict.MALFORMED)
def _(shop: Workshop) -> Case:
    return Case(TEXT.encode(), detached=b"")


@attack("detached, text around the signature", Verdict.MALFORMED)
def _(shop: Workshop) -> Case:
    return Case(TEXT.encode(), detached=b"see:\n" + shop.detach(TEXT, "--armor"))


@attack("detached, clear-signed file as the signature", Verdict.MALFORMED)
def _(shop: Workshop) -> Case:
    return Case(TEXT.encode(), detached=shop.clear())


@attack("detached, two signatures", Verdict.REFUSED)
def _(shop: Workshop) -> Case:
    return Case(TEXT.encode(), detached=shop.detach() + shop.detach())


@attack("detached, escape sequence in the text", Verdict.MALFORMED)
def _(shop: Workshop) -> Case:
    text = TEXT.replace("II. ", "\x1b[8mII. ")
    return Case(text.encode(), detached=shop.detach(text))


@attack("detached, 2 MiB of text", Verdict.REFUSED)
def _(shop: Workshop) -> Case:
    text = "line of a text\n" * 150_000
    return Case(text.encode(), detached=shop.detach(text))


@attack("detached, control byte in the armor", Verdict.MALFORMED)
def _(shop: Workshop) -> Case:
    armor = shop.detach(TEXT, "--armor").replace(b"\n\n", b"\nComment: \x1b[8m\n\n", 1)
    return Case(TEXT.encode(), detached=armor)


@attack("detached, 20 MiB of signature", Verdict.REFUSED)
def _(shop: Workshop) -> Case:
    return Case(TEXT.encode(), detached=shop.detach() * 180_000)


@attack("detached, 20 MiB of armor", Verdict.REFUSED)
def _(shop: Workshop) -> Case:
    return Case(TEXT.encode(), detached=shop.detach(TEXT, "--armor") * 90_000)


@attack("detached, many armors in 1 MiB", Verdict.MALFORMED)
def _(shop: Workshop) -> Case:
    return Case(TEXT.encode(), detached=armored(b"x") * 12_000)


@attack("detached, class of a key", Verdict.REFUSED)
def _(shop: Workshop) -> Case:
    certificate = next(bytes([0x88, len(body)]) + body for tag, body in walk(shop.public(shop.a)) if tag == 2)
    return Case(TEXT.encode(), detached=certificate)


@attack("replay under another number", Verdict.REFUSED)
def _(shop: Workshop) -> Case:
    return Case(shop.clear(), claims="CSIRT-A-2026-0013")


@attack("a number claimed, none borne", Verdict.REFUSED)
def _(shop: Workshop) -> Case:
    return Case(shop.clear("no number here\n", when=SIGNED), claims=NUMBER)
