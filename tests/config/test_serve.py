"""`make run`: what it prints."""

import asyncio
import subprocess
import sys
import warnings

from django.http import StreamingHttpResponse

from config import serve


def test_run_says_nothing_of_streaming_and_all_else(monkeypatch):
    monkeypatch.delenv("PYTHONWARNINGS", raising=False)

    async def read(response):
        return [part async for part in response]

    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("always")
        serve.say_nothing_of_streaming()
        parts = asyncio.run(read(StreamingHttpResponse([b"body {}"])))
        warnings.warn("StreamingHttpResponse is something else", Warning, stacklevel=1)

    child = f"import warnings; warnings.warn({serve.STREAMED!r}, Warning); warnings.warn('something else')"
    said = subprocess.run([sys.executable, "-c", child], capture_output=True, text=True, check=True).stderr
    assert parts == [b"body {}"]
    assert [str(warning.message) for warning in shown] == ["StreamingHttpResponse is something else"]
    assert ("must consume" in said, "something else" in said) == (False, True)
