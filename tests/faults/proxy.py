"""A bad network: a TCP proxy on loopback between clients and the server, with a mishap of chance for each request."""

import asyncio
import re
import threading

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
LONGEST_DELAY = 0.4  # seconds


class Proxy:
    """Use as a context; when it ends, everything that was held back has been delivered. `mishaps` may be narrowed."""

    def __init__(self, server_port, random):
        self.server_port, self.random = server_port, random
        self.mishaps = list(MISHAPS)
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.held = set()

    def __enter__(self):
        self.thread.start()
        self.listener = self.wait_for(asyncio.start_server(self.serve, "127.0.0.1", 0))
        self.port = self.listener.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_):
        self.wait_for(self.close())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    def wait_for(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    async def close(self):
        self.listener.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*others, return_exceptions=True)

    async def serve(self, reader, writer):
        try:
            request = await read_request(reader)
            reply = await MISHAPS[self.random.choice(self.mishaps)](self, request)
            writer.write(reply)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass  # one side is gone, which the other sees as a closed connection
        finally:
            writer.close()

    async def deliver(self, request):
        """The server's whole reply."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.server_port)
        try:
            writer.write(request)
            await writer.drain()
            return await reader.read()
        finally:
            writer.close()

    def delay(self):
        return asyncio.sleep(self.random.uniform(0, LONGEST_DELAY))

    async def nothing(self, request):
        return await self.deliver(request)

    async def request_lost(self, request):
        return b""

    async def request_cut(self, request):
        """The server gets a part of the request and waits for the rest until the connection ends."""
        _reader, writer = await asyncio.open_connection("127.0.0.1", self.server_port)
        writer.write(request[: self.random.randrange(len(request))])
        await writer.drain()
        writer.close()
        return b""

    async def reply_lost(self, request):
        await self.deliver(request)
        return b""

    async def reply_cut(self, request):
        reply = await self.deliver(request)
        return reply[: self.random.randrange(len(reply))] if reply else b""

    async def delayed(self, request):
        await self.delay()
        reply = await self.deliver(request)
        await self.delay()
        return reply

    async def three_times(self, request):
        """All at once, each on a connection of its own; the client gets any of the replies."""
        replies = await asyncio.gather(*[self.deliver(request) for _copy in range(3)])
        return self.random.choice(replies)

    async def reordered(self, request):
        """The client hears nothing and goes on by another connection, and what it sent arrives after that."""
        task = asyncio.ensure_future(self.deliver_late(request))
        self.held.add(task)  # the loop itself keeps no task alive
        task.add_done_callback(self.held.discard)
        return b""

    async def deliver_late(self, request):
        await self.delay()
        await self.deliver(request)


MISHAPS = {
    "nothing": Proxy.nothing,
    "request-lost": Proxy.request_lost,
    "request-cut": Proxy.request_cut,
    "reply-lost": Proxy.reply_lost,
    "reply-cut": Proxy.reply_cut,
    "delayed": Proxy.delayed,
    "three-times": Proxy.three_times,
    "reordered": Proxy.reordered,
}


async def read_request(reader):
    head = await reader.readuntil(b"\r\n\r\n")
    length = LENGTH.search(head)
    return head + await reader.readexactly(int(length[1]) if length else 0)
