"""What goes over the wire between a browser and the server, written down; and, when told to, a bad network."""

import asyncio
import json
import re

from tests.faults.proxy import LENGTH, MISHAPS, Proxy, read_request

EVENTS = re.compile(rb"\r\naccept: *text/event-stream", re.IGNORECASE)
OPS = re.compile(rb"POST (/scorecards/\d+/ops) ")


class Tap(Proxy):
    """A proxy whose log has every operation that a browser sent and every answer that was handed to it."""

    def __init__(self, server_port, random, log, changes=()):
        super().__init__(server_port, random)
        self.log, self.changes = log, changes
        self.mishaps = ["nothing"]
        self.changed = set()  # operations that said one thing and then another: a sent one never may

    @property
    def address(self):
        return f"http://localhost:{self.port}"

    async def serve(self, reader, writer):
        try:
            request = await read_request(reader)
            # Each request on a connection of its own: the proxy reads replies to their end.
            request = request.replace(b"Connection: keep-alive", b"Connection: close", 1)
            if EVENTS.search(request):
                return await self.pass_on(request, reader, writer)
            self.note(request)
            reply = await self.carry(request)
            writer.write(reply)
            await writer.drain()
            self.note_answers(request, reply)
        except (OSError, EOFError):
            self.log.hindered("network")
        finally:
            writer.close()

    async def pass_on(self, request, reader, writer):
        """An event stream has no end to be read to: it goes on until one side is gone."""
        upstream, sink = await asyncio.open_connection("127.0.0.1", self.server_port)
        sink.write(request)
        ways = [asyncio.ensure_future(pumped(upstream, writer)), asyncio.ensure_future(reader.read())]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            sink.close()

    async def carry(self, request):
        """Pages come as they are; only saving meets mishaps."""
        mishap = self.random.choice(self.mishaps) if OPS.match(request) else "nothing"
        reply = await MISHAPS[mishap](self, request)
        if not reply:
            self.log.hindered("network")
        for file, old, new in self.changes:
            if request.startswith(f"GET /static/{file} ".encode()):
                reply = changed(reply, old.encode(), new.encode())
        return reply

    def note(self, request):
        for operation in operations_in(request):
            known = self.log.versions.get(operation["op"])
            if known and known[-1] != operation:
                self.changed.add(operation["op"])
            if not known:
                self.log.typed(operation)

    def note_answers(self, request, reply):
        if not OPS.match(request):
            return
        status, _space, _rest = reply.partition(b"\r\n")
        if b" 200 " not in status:
            return self.log.hindered("network" if b" 5" in status else "refused")
        for answer in body_of(reply).get("results", []):
            self.log.answered(answer)


async def pumped(upstream, writer):
    while some := await upstream.read(65536):
        writer.write(some)
        await writer.drain()


def changed(reply, old, new):
    """The reply with these words of its body replaced; a file that does not have them would prove nothing."""
    head, blank, body = reply.partition(b"\r\n\r\n")
    if old not in body:
        raise RuntimeError(f"{old!r} does not stand there any more.")
    body = body.replace(old, new)
    return LENGTH.sub(f"\r\ncontent-length: {len(body)}".encode(), head + blank[:2]) + blank[2:] + body


def operations_in(request):
    if not OPS.match(request):
        return []
    try:
        return json.loads(request.partition(b"\r\n\r\n")[2])["operations"]
    except ValueError:
        return []


def body_of(reply):
    head, _blank, body = reply.partition(b"\r\n\r\n")
    if b"transfer-encoding: chunked" in head.lower():
        body = b"".join(chunks(body))
    try:
        return json.loads(body)
    except ValueError:
        return {}


def chunks(body):
    while body:
        size, _end, body = body.partition(b"\r\n")
        length = int(size, 16)
        yield body[:length]
        body = body[length + 2 :]
