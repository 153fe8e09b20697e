"""The room's stream: what everybody at an interview may know, sent to all of them as it changes.

At commit the database says which interview something happened to (triggers of migration 0023), by its key alone. One
connection per process listens. The state is then read once for all viewers of that interview in this process, together
with who of them may still have it. A viewer has room for one event: the newest is the whole state, so whoever is slow
misses what is overtaken and never the end. Everything here lives as long as somebody watches.
"""

import asyncio
import contextlib
import contextvars
import json
import logging
import random
import weakref
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import psycopg
from asgiref.sync import sync_to_async
from django.contrib.sessions.models import Session
from django.core.serializers.json import DjangoJSONEncoder
from django.db import close_old_connections, connection
from django.utils import timezone

from interviews.models import Panelist
from interviews.room_state import shared

logger = logging.getLogger(__name__)

CHANNEL = "panel"
HEARTBEAT = 15  # seconds; static/js/room/panel.js gives up on a stream that is silent for longer than two
MOST_STREAMS = 12  # of one user in one process: a browser has one per interview
RETRY = (500, 2500)  # milliseconds: those who lost their streams together do not come back at one moment
SLOWEST_RETRY = 30  # seconds between two tries for the database
# A page cannot see a comment, so the sign of life is an event of its own kind.
BEAT = b"event: beat\ndata: -\n\n"
# A database that is gone without a word is noticed after a minute.
KEEPALIVES = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3, "connect_timeout": 5}


@dataclass(eq=False)
class Viewer:
    """Somebody who watches an interview's panel in one browser, by the session they came with."""

    interview: int
    user: int
    session: str
    signed_in: tuple  # the password's hash and how often sessions were ended: a change of either ends those from before
    version: int = -1  # of what was sent last
    event: bytes = b""  # what is to be sent next, if anything
    over: bool = False
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def give(self, event):
        self.event = event
        self.news.set()

    def end(self):
        self.over = True
        self.news.set()

    async def events(self):
        while not self.over:
            await self.news.wait()
            self.news.clear()
            event, self.event = self.event, b""
            if event and not self.over:
                yield event


async def stream(viewer):
    """The bytes of an event stream: the state now, then every later one, until the viewer may have no more.

    Holds no connection of the pool.
    """
    await sync_to_async(close_old_connections)()  # what the request itself has used
    yield f"retry: {random.randint(*RETRY)}\n\n".encode()  # noqa: S311, it spreads and keeps no secret
    hub = Hub.here()
    with hub.watched_by(viewer):
        if hub.streams_of(viewer.user) > MOST_STREAMS:
            return  # several came at once
        async for event in viewer.events():
            yield event


class Hub:
    """One process's viewers, and the tasks that serve them while there are any."""

    hubs = weakref.WeakKeyDictionary()  # by event loop, of which a process has one

    @classmethod
    def here(cls):
        return cls.hubs.setdefault(asyncio.get_running_loop(), cls())

    def __init__(self):
        self.viewers = {}  # by interview
        self.waiting = set()  # interviews to be read
        self.something_waits = asyncio.Event()
        self.running = None

    def streams_of(self, user_id):
        return sum(viewer.user == user_id for viewers in self.viewers.values() for viewer in viewers)

    @contextlib.contextmanager
    def watched_by(self, viewer):
        self.viewers.setdefault(viewer.interview, set()).add(viewer)
        if self.running is None or self.running.done():
            # In a context of its own: the request's ends with the request.
            self.running = asyncio.create_task(self.run(), context=contextvars.Context())
        self.read_soon(viewer.interview)
        try:
            yield
        finally:
            self.leave(viewer)

    def leave(self, viewer):
        """Leaves out a viewer who has gone, or may see no more; with the last one everything rests."""
        viewer.end()
        left = self.viewers.get(viewer.interview, set())
        left.discard(viewer)
        if not left:
            self.viewers.pop(viewer.interview, None)
        if not self.viewers and self.running:
            self.running.cancel()
            self.running = None

    def read_soon(self, *interviews):
        self.waiting.update(interviews)
        self.something_waits.set()

    async def run(self):
        # One thread, so that all reading together takes one connection of the pool, and that only while it reads.
        executor = ThreadPoolExecutor(1, "events")

        async def read(work, *args):
            return await asyncio.get_running_loop().run_in_executor(executor, reading, work, *args)

        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self.listen())
                tasks.create_task(self.send(read))
                tasks.create_task(self.beat(read))
        finally:
            executor.shutdown(wait=False)

    async def listen(self):
        """Hears of what happened, for ever; after a break everybody's state is read again, for it may have been missed."""
        delay = 1
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(**login(), autocommit=True) as listening:
                    await listening.execute(f"LISTEN {CHANNEL}")
                    delay = 1
                    self.read_soon(*self.viewers)
                    async for happened in listening.notifies():
                        self.read_soon(*(interview for interview in self.viewers if str(interview) == happened.payload))
            except Exception as problem:  # as below: the streams outlive it
                logger.warning("The room's events wait for the database: %s", problem)
            await asyncio.sleep(delay * random.uniform(0.5, 1))  # noqa: S311, it spreads and keeps no secret
            delay = min(delay * 2, SLOWEST_RETRY)

    async def send(self, read):
        """Reads what waits, interview by interview, and gives it to the viewers who have not got it yet."""
        while True:
            await self.something_waits.wait()
            self.something_waits.clear()
            while self.waiting:
                interview = self.waiting.pop()
                viewers = list(self.viewers.get(interview, ()))
                if not viewers:
                    continue
                try:
                    version, event, allowed = await read(event_for, interview, viewers)
                except Exception:  # whatever stands in the way, the stream outlives it
                    logger.warning("The room's events could not be read", exc_info=True)
                    self.waiting.add(interview)
                    await asyncio.sleep(1)
                    continue
                for viewer in viewers:
                    if viewer in allowed and viewer.version < version:
                        viewer.version = version
                        viewer.give(event)
                    elif viewer not in allowed and viewer.version < version:
                        self.leave(viewer)

    async def beat(self, read):
        """A sign of life for all who may still watch, and the end for the others. While the database cannot say who may,
        nobody is told anything, and browsers come back by themselves."""
        while True:
            await asyncio.sleep(HEARTBEAT)
            viewers = [viewer for watching in self.viewers.values() for viewer in watching]
            try:
                allowed = await read(allowed_among, viewers)
            except Exception:  # as above
                logger.warning("The room's viewers could not be checked", exc_info=True)
                continue
            for viewer in viewers:
                if viewer not in allowed:
                    self.leave(viewer)
                elif not viewer.event:
                    viewer.give(BEAT)


def login():
    """As the role that serves, past the pool."""
    known = connection.get_connection_params()
    mine = {name: value for name, value in known.items() if name not in ("cursor_factory", "context", "pool")}
    return KEEPALIVES | {"application_name": "evenhand events"} | mine


def reading(work, *args):
    """Does the work in a thread of no request; its connection goes back to the pool."""
    try:
        return work(*args)
    finally:
        connection.close()


def event_for(interview, viewers):
    """`(version, event, those of the viewers who may have it)`. Four queries, however many viewers.

    Who has this version already is not asked about again: in the rush after a break it is the newcomers who cost.
    """
    state = shared(interview)
    version = state["panel"]["version"]
    event = f"id: {version}\ndata: {json.dumps(state, cls=DjangoJSONEncoder)}\n\n".encode()
    return version, event, allowed_among([viewer for viewer in viewers if viewer.version < version])


def allowed_among(viewers):
    """Who may go on watching: with a place on the panel, not excused, active, and signed in as when they came. Two queries."""
    interviews, users = ({getattr(viewer, name) for viewer in viewers} for name in ("interview", "user"))
    places = (
        Panelist.objects.entering().filter(interview__in=interviews, user__in=users, user__is_active=True).order_by()
    )
    entering = {
        (interview, user): tuple(signed_in)
        for interview, user, *signed_in in places.values_list(
            "interview", "user", "user__password", "user__sessions_ended"
        )
    }
    sessions = Session.objects.filter(session_key__in={viewer.session for viewer in viewers})
    open_sessions = set(sessions.filter(expire_date__gt=timezone.now()).values_list("session_key", flat=True))
    return {
        viewer
        for viewer in viewers
        if entering.get((viewer.interview, viewer.user)) == viewer.signed_in and viewer.session in open_sessions
    }
