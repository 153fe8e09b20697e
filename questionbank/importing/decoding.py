"""From the bytes of an upload to text."""

import codecs
import re

from charset_normalizer import from_bytes
from django.utils.translation import gettext as _

from questionbank.importing.document import Unreadable

__all__ = ["LARGEST", "Unreadable", "decode"]

LARGEST = 10 * 1024 * 1024


def decode(data: bytes) -> tuple[str, str]:
    """The text of an upload and the encoding it was in. Raises `Unreadable`.

    UTF-8 and UTF-16 with a byte order mark are certain, UTF-8 without one nearly so; the 8-bit encodings are guessed
    from at most 4 KiB around the bytes that tell them apart, so that 10 MB are answered within 2 s.
    """
    if len(data) > LARGEST:
        raise Unreadable(_("The file is larger than 10 MB. Split it, or remove what is not text, and try again."))
    refuse_known_formats(data)
    text, encoding = decode_marked(data) or decode_unmarked(data)
    if not text.strip():
        raise Unreadable(_("The file is empty. Choose the file that holds your questions, or paste them."))
    return text, encoding


def refuse_known_formats(data: bytes):
    """Name what a file is if its first bytes tell, and say what to do instead."""
    if data.startswith(b"%PDF"):
        raise Unreadable(_("This looks like a PDF. Open it, copy the text and paste it, or save it as plain text."))
    if data.startswith(b"PK\x03\x04"):
        if b"word/" in data[:65536] or b"opendocument.text" in data[:200]:
            raise Unreadable(
                _("This looks like a word processor document. Save it as plain text (.txt), or paste its text.")
            )
        if b"xl/" in data[:65536] or b"opendocument.spreadsheet" in data[:200]:
            raise Unreadable(_("This looks like a spreadsheet. Copy its cells and paste them as text."))
        raise Unreadable(_("This looks like a zip archive. Unpack it and choose the text file inside."))
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable(_("This looks like an old Office document. Save it as plain text (.txt), or paste its text."))
    if data.startswith(b"{\\rtf"):
        raise Unreadable(_("This looks like a rich text document. Save it as plain text (.txt), or paste its text."))
    if IMAGE.match(data):
        raise Unreadable(_("This looks like an image. Type or paste its words as text."))
    if ARCHIVE.match(data):
        raise Unreadable(_("This looks like a compressed file. Unpack it and choose the text file inside."))


IMAGE = re.compile(
    rb"\x89PNG|\xff\xd8\xff|GIF8[79]a|RIFF....WEBP|II\*\x00|MM\x00\*|BM....\x00\x00\x00\x00|....ftyp(?:heic|avif|mif1)",
    re.DOTALL,
)
ARCHIVE = re.compile(rb"\x1f\x8b|7z\xbc\xaf|Rar!|BZh[1-9]|\xfd7zXZ|\x28\xb5\x2f\xfd")


def decode_marked(data: bytes) -> tuple[str, str] | None:
    """Text that says by a byte order mark what it is; None without one."""
    for mark, encoding in MARKS:
        if data.startswith(mark):
            try:
                text = data.decode(encoding)
            except UnicodeDecodeError:
                if encoding == "utf-8-sig":
                    return data.decode(encoding, errors="replace"), encoding
                raise binary() from None
            if "\x00" in text:
                raise binary()
            return text, encoding
    return None


# UTF-32 first: its little-endian mark begins with UTF-16's.
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def binary() -> Unreadable:
    return Unreadable(_("This file is not text. Save your questions as plain text (.txt, UTF-8), or paste them."))


def decode_unmarked(data: bytes) -> tuple[str, str]:
    if b"\x00" in data[:4096] and data[:4096].count(0) > len(data[:4096]) // 4:
        raise Unreadable(
            _("This file is not text, or is UTF-16 without its mark. Save it as plain text in UTF-8 and try again.")
        )
    if b"\x00" in data or len(data) - len(data.translate(None, CONTROLS)) > len(data) // 50:
        raise binary()
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        if is_damaged_utf8(data):
            return data.decode("utf-8", errors="replace"), "utf-8"
    return decode_guessed(data)


CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\r\f\v\x1a\x1b")


def is_damaged_utf8(data: bytes) -> bool:
    """A few broken bytes among many good sequences: reading it all as Windows-1252 would spoil every accent."""
    sample = data[:262144].decode("utf-8", errors="replace")
    broken = sample.count("\ufffd")
    return sum(character > "\x7f" for character in sample) - broken >= 10 * max(broken, 1)


def decode_guessed(data: bytes) -> tuple[str, str]:
    """Guess one of the 8-bit encodings: of those charset-normalizer finds likely, the one with the most whole words."""
    sample = telling_sample(data, at_most=4096)
    guesses = list(from_bytes(sample, cp_isolation=list(CANDIDATES), steps=8, chunk_size=512, threshold=0.4))
    if not guesses and len(sample) - len(sample.translate(None, HIGH)) > len(sample) // 3:
        raise binary()
    tidiest = min((guess.chaos for guess in guesses), default=0)
    likely = {name for guess in guesses if guess.chaos <= tidiest + 0.1 for name in guess.could_be_from_charset}
    ranked = sorted((name for name in CANDIDATES if name in likely), key=lambda name: oddness(sample, name))
    for encoding in [*ranked, "cp1252", "latin_1"]:
        try:
            return data.decode(encoding), CANDIDATES[encoding]
        except UnicodeDecodeError:
            continue
    raise binary()  # pragma: no cover, Latin-1 takes every byte


# In the order of preference where nothing else decides.
CANDIDATES = {
    "cp1252": "windows-1252",
    "latin_1": "iso-8859-1",
    "iso8859_2": "iso-8859-2",
    "cp1250": "windows-1250",
    "cp1251": "windows-1251",
}


def oddness(sample: bytes, encoding: str) -> int:
    """How often a word, read in this encoding, holds what words do not hold.

    Charset-normalizer judges by statistics and is unsure of a few lines; "pocz¹tku" and "cafй" need no statistics.
    """
    odd = 0
    for word in set(sample.decode(encoding, errors="replace").split()):
        if not word.isascii():
            core = EDGES.sub("", word)
            odd += sum(not letter.isalpha() and letter not in "’‘–—…·" for letter in core if letter > "\x7f")
            odd += len(MIXED.findall(core))
    return odd


EDGES = re.compile(r"^[\W\d_]+|[\W\d_]+$")
# Latin next to Cyrillic, or a capital outside ASCII after a small letter.
MIXED = re.compile(
    r"[A-Za-z][\u0400-\u04ff]|[\u0400-\u04ff][A-Za-z]|[a-z\u0430-\u044f](?=[^\x00-\x7f])[À-ÞĄĽŁŚŠŞŤŹŽŻĂĆČĎĘĚĹŃŇŐŔŘŮŰŢЀ-Я]"
)


HIGH = bytes(range(128, 256))


def telling_sample(data: bytes, *, at_most: int) -> bytes:
    """The surroundings of the first bytes outside ASCII: only they tell the encodings apart."""
    pieces, size, end = [], 0, 0
    while size < at_most and (found := NOT_ASCII.search(data, end)):
        start, end = max(end, found.start() - 60), found.start() + 140
        pieces.append(data[start:end])
        size += len(pieces[-1])
    return b"".join(pieces)[:at_most]


NOT_ASCII = re.compile(rb"[\x80-\xff]")
