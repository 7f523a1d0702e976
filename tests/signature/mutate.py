"""Spoil a signed document, as a line, an editor or an attacker would. Shared by the property test and the long run."""

import random

TOKENS = (
    b"\n", b"\r", b"\r\n", b"\n\n", b" ", b"\t", b"-", b"- ", b"- - ", b"\x00", b"\x0b", b"\x0c", b"\x1a", b"\x85",
    b"\x1b$B", b"\x1b(B", b"\xc2\x85", b"\xe2\x80\xa8", b"\xef\xbb\xbf", b"Hash: SHA256\n", b"Hash: MD5\n", b"=AAAA\n",
    b"Comment: x\n", b"-----BEGIN PGP SIGNED MESSAGE-----\n", b"-----BEGIN PGP SIGNATURE-----\n",
    b"-----END PGP SIGNATURE-----\n", b"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nforged\n",
)  # fmt: skip


def mutate(data: bytes, other: bytes, rng: random.Random) -> bytes:
    """Apply one to four changes."""
    for _ in range(rng.randint(1, 4)):
        data = rng.choice(_WAYS)(data, other, rng)
    return data


def _cut_points(data: bytes, rng: random.Random) -> tuple[int, int]:
    start = rng.randrange(len(data) + 1)
    return start, min(len(data), start + rng.choice((1, 1, 2, 5, 40, 400)))


def _flip(data: bytes, _: bytes, rng: random.Random) -> bytes:
    if not data:
        return data
    at = rng.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1 :]


def _delete(data: bytes, _: bytes, rng: random.Random) -> bytes:
    start, stop = _cut_points(data, rng)
    return data[:start] + data[stop:]


def _repeat(data: bytes, _: bytes, rng: random.Random) -> bytes:
    start, stop = _cut_points(data, rng)
    return data[:stop] + data[start:stop] + data[stop:]


def _insert(data: bytes, _: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.choice(TOKENS) + data[at:]


def _insert_at_line(data: bytes, _: bytes, rng: random.Random) -> bytes:
    lines = data.split(b"\n")
    lines.insert(rng.randrange(len(lines) + 1), rng.choice(TOKENS).removesuffix(b"\n"))
    return b"\n".join(lines)


def _swap_lines(data: bytes, _: bytes, rng: random.Random) -> bytes:
    lines = data.split(b"\n")
    one, two = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[one], lines[two] = lines[two], lines[one]
    return b"\n".join(lines)


def _splice(data: bytes, other: bytes, rng: random.Random) -> bytes:
    """Take the head of one document and the tail of another, at a line."""
    head, tail = data.split(b"\n"), other.split(b"\n")
    return b"\n".join(head[: rng.randrange(len(head) + 1)] + tail[rng.randrange(len(tail) + 1) :])


def _line_ends(data: bytes, _: bytes, rng: random.Random) -> bytes:
    return data.replace(b"\n", rng.choice((b"\r\n", b" \n", b"\n\n", b"\r")), rng.choice((1, 3, -1)))


_WAYS = (_flip, _delete, _repeat, _insert, _insert_at_line, _swap_lines, _splice, _line_ends)
