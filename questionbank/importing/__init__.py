"""From somebody's document to the bank.

One module per format reads text into the common shape, `document.ParsedDocument`, and knows nothing of the database:
`labelled` is the plain-text shape with labels ("When to ask: …"). A reader for another format is another module
with the same one function, `read(text) -> ParsedDocument`. Everything after a reader (preview, differences, saving)
works on the common shape only, so a new format touches none of it. Bytes become text in `decoding`.

Readers never raise on what a document says: what is whole comes in, every other line is in `rejected` and, where it
helps, explained in `warnings`. Only a document that cannot be read at all raises `document.Unreadable`.
"""
