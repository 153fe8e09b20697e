import zlib

import pytest

from questionbank.importing.decoding import LARGEST, Unreadable, decode

ENGLISH = "What is a “view”?\n\nWhen to Ask: At the start – don’t rush.\n\nAnswer: A café’s menu, so to speak.\n"
GERMAN = "Was ist eine Sicht?\n\nWhen to Ask: Früh, für die Grundlagen.\n\nAnswer: Eine Abfrage, größer als nötig.\n"
POLISH = "Czym jest złączenie?\n\nWhen to Ask: Na początku, żeby sprawdzić wiedzę.\n\nAnswer: Łączy wiersze, jeśli są równe.\n"
RUSSIAN = "Что такое индекс?\n\nWhen to Ask: В начале беседы.\n\nAnswer: Он ускоряет поиск строк в таблице.\n"


@pytest.mark.parametrize(
    ("text", "written_in", "named"),
    [
        (ENGLISH, "utf-8", "utf-8"),
        (ENGLISH, "utf-8-sig", "utf-8-sig"),
        (ENGLISH, "utf-16", "utf-16"),
        (ENGLISH, "cp1252", "windows-1252"),
        (GERMAN, "latin-1", "windows-1252"),
        (POLISH, "iso8859-2", "iso-8859-2"),
        (POLISH, "cp1250", "windows-1250"),
        (RUSSIAN, "cp1251", "windows-1251"),
        (RUSSIAN, "utf-16", "utf-16"),
        ("What is a row?\n", "ascii", "utf-8"),
    ],
)
@pytest.mark.parametrize("times", [1, 500])
def test_decode_reads_the_text_in_its_encoding(text, written_in, named, times):
    assert decode((text * times).encode(written_in)) == (text * times, named)


def test_decode_reads_utf_16_of_either_byte_order():
    assert decode(b"\xfe\xff" + ENGLISH.encode("utf-16-be")) == (ENGLISH, "utf-16")
    assert decode(b"\xff\xfe" + ENGLISH.encode("utf-16-le")) == (ENGLISH, "utf-16")


def test_decode_reads_bytes_windows_1252_does_not_know_as_latin_1():
    text = GERMAN + "\x81\n"

    assert decode(text.encode("latin-1")) == (text, "iso-8859-1")


def test_decode_keeps_utf_8_with_one_broken_byte():
    data = RUSSIAN.encode() + b"\xff" + RUSSIAN.encode()

    assert decode(data) == (RUSSIAN + "\ufffd" + RUSSIAN, "utf-8")


def test_decode_finds_the_telling_bytes_wherever_they_stand():
    text = "What is a row?\n" * 100_000 + POLISH

    assert decode(text.encode("iso8859-2")) == (text, "iso-8859-2")


PLAIN = "Save it as plain text (.txt), or paste its text."
NOT_TEXT = "This file is not text. Save your questions as plain text (.txt, UTF-8), or paste them."
UNPACK = "Unpack it and choose the text file inside."
EMPTY = "The file is empty. Choose the file that holds your questions, or paste them."
REFUSED = {
    "pdf": (
        b"%PDF-1.7\n%\xe2",
        "This looks like a PDF. Open it, copy the text and paste it, or save it as plain text.",
    ),
    "docx": (
        b"PK\x03\x04" + b"\x00" * 30 + b"word/document.xml",
        f"This looks like a word processor document. {PLAIN}",
    ),
    "xlsx": (
        b"PK\x03\x04" + b"\x00" * 30 + b"xl/workbook.xml",
        "This looks like a spreadsheet. Copy its cells and paste them as text.",
    ),
    "zip": (b"PK\x03\x04" + b"\x00" * 30 + b"questions.txt", f"This looks like a zip archive. {UNPACK}"),
    "doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", f"This looks like an old Office document. {PLAIN}"),
    "rtf": (b"{\\rtf1\\ansi What is a row?}", f"This looks like a rich text document. {PLAIN}"),
    "png": (b"\x89PNG\r\n\x1a\n", "This looks like an image. Type or paste its words as text."),
    "jpeg": (b"\xff\xd8\xff\xe0\x00\x10JFIF", "This looks like an image. Type or paste its words as text."),
    "gzip": (b"\x1f\x8b\x08\x00", f"This looks like a compressed file. {UNPACK}"),
    "zeros": (b"What is a row?\x00", NOT_TEXT),
    "controls": (b"\x01\x02\x03\x04row" * 50, NOT_TEXT),
    "deflated": (zlib.compress(bytes(range(256)) * 20)[2:], NOT_TEXT),
    "broken utf-16": (b"\xff\xfea\x00b", NOT_TEXT),
    "unmarked utf-16": (
        "What is a row?".encode("utf-16-le"),
        "This file is not text, or is UTF-16 without its mark. Save it as plain text in UTF-8 and try again.",
    ),
    "empty": (b"", EMPTY),
    "blank": (b" \r\n\t\n", EMPTY),
    "only a mark": (b"\xef\xbb\xbf", EMPTY),
    "too large": (
        b"a" * (LARGEST + 1),
        "The file is larger than 10 MB. Split it, or remove what is not text, and try again.",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_decode_refuses_in_words(name):
    data, sentence = REFUSED[name]

    with pytest.raises(Unreadable) as refusal:
        decode(data)
    assert refusal.value.sentence == sentence


def test_decode_takes_exactly_the_largest():
    data = b"a" * LARGEST

    assert decode(data) == (data.decode(), "utf-8")
