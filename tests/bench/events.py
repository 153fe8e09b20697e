"""events: from the lead's room to 200 others by their streams, what that takes from other pages, and a mass disconnect."""

import asyncio
import itertools
import json
import sys
import time

from django.conf import settings
from django.urls import reverse

from accounts.models import Role, User
from interviews.models import Panelist, Place, State
from tests.bench.measuring import Measure, p95
from tests.bench.server import Client
from tests.factories import make_interview, make_session

VIEWERS = 200
EVENTS = 50
SLOWEST = 0.3  # seconds from the lead's click to a viewer's screen, p95
PACE = 0.5  # seconds between two events: a lead who goes through the plan as fast as the keys allow
ROUNDS = 5  # without streams and with them in turn, since nothing else on the machine stands still
QUIET = EVENTS // ROUNDS * PACE  # seconds of a round without streams, as long as with them
LEAST_SHARE = 0.8  # of the rate at which other pages are served without streams
BACK = 5.0  # seconds in which all are back with the current state
QUESTIONS = 20


def measure(name, port):
    """The worst of: p95 against 300 ms, the share of other pages' rate against 80 %, and coming back against 5 s."""
    interview = make_interview(state=State.LIVE, questions=QUESTIONS)
    people = User.objects.bulk_create(
        User(email=f"viewer-{number}@example.test", name=f"Viewer {number}", roles=[Role.INTERVIEWER])
        for number in range(VIEWERS)
    )
    Panelist.objects.bulk_create(Panelist(interview=interview, user=user, place=Place.OBSERVER) for user in people)
    sessions = [make_session(user) for user in people]
    panel = Panel(port, interview, sessions)
    times, share, back = asyncio.run(panel.measure())
    slow = p95(times)
    words = "  p50 {:.0f} ms, p95 {:.0f} ms, slowest {:.0f} ms; other pages at {:.0%} of their rate; all back after {:.1f} s"
    times.sort()
    print(
        words.format(times[len(times) // 2] * 1000, slow * 1000, times[-1] * 1000, share, back),
        file=sys.stderr,
    )
    worst = max(slow / SLOWEST, LEAST_SHARE / share, back / BACK)
    return Measure(name, 1.0, worst * SLOWEST, SLOWEST)


class Panel:
    """The lead, whose room says where it is; everybody else, each with a stream; and somebody who opens other pages."""

    def __init__(self, port, interview, sessions):
        self.port, self.sessions = port, sessions
        self.events, self.course, self.room = (
            reverse(f"interviews:{name}", args=[interview.pk]) for name in ("room_events", "course_change", "room")
        )
        self.lead, self.reader = Client(port, interview.created_by), Client(port, interview.created_by)
        self.keys = itertools.cycle([item.key for item in interview.version.items.all()])
        self.viewers = []

    async def measure(self):
        """Seconds of each event to each viewer, the share of other pages' rate, and seconds until all were back."""
        times, rates = [], {"alone": [], "beside": []}
        await asyncio.to_thread(self.pages_for, 2)  # warm
        for _round in range(ROUNDS):
            rates["alone"].append(await asyncio.to_thread(self.pages_for, QUIET))
            await self.watch()
            pages = asyncio.create_task(asyncio.to_thread(self.pages_for, QUIET))
            for _event in range(EVENTS // ROUNDS):
                begun = time.perf_counter()
                times += await self.move()
                await asyncio.sleep(max(0, begun + PACE - time.perf_counter()))
            rates["beside"].append(await pages)
            if _round == ROUNDS - 1:
                back = await self.cut()
            await self.leave()
        return times, sum(rates["beside"]) / sum(rates["alone"]), back

    def pages_for(self, seconds):
        """Pages a second, of rooms and the list of interviews in turn."""
        self.reader.connection.close()  # the server has let it go by now; it opens by itself
        pages = itertools.cycle([self.room, reverse("interviews:interview_list")])
        begun, count = time.perf_counter(), 0
        while time.perf_counter() < begun + seconds:
            self.reader.ask("GET", next(pages))
            count += 1
        return count / (time.perf_counter() - begun)

    async def watch(self):
        self.viewers = [Viewer(self.port, self.events, session) for session in self.sessions]
        await asyncio.gather(*(viewer.connect() for viewer in self.viewers))

    async def move(self):
        """The lead goes on; gives how long each viewer waited for it."""
        key, begun = next(self.keys), time.perf_counter()
        waiting = [asyncio.create_task(viewer.until(key)) for viewer in self.viewers]
        await asyncio.to_thread(self.say, key)
        return [at - begun for at in await asyncio.gather(*waiting)]

    def say(self, key):
        self.lead.connection.close()
        body = json.dumps({"shown": key, "asked": [], "dropped": []})
        self.lead.connection.request("POST", self.course, body, self.lead.headers)
        response = self.lead.connection.getresponse()
        response.read()
        if response.status != 204:
            sys.exit(f"{self.course} answered {response.status}")

    async def cut(self):
        """All connections at once; meanwhile the lead goes on. Gives how long it took until all knew where."""
        key, begun = next(self.keys), time.perf_counter()
        for viewer in self.viewers:
            viewer.cut()
        await asyncio.to_thread(self.say, key)
        await asyncio.gather(*(viewer.come_back(key) for viewer in self.viewers))
        return time.perf_counter() - begun

    async def leave(self):
        for viewer in self.viewers:
            viewer.cut()
        await asyncio.sleep(0.5)


class Viewer:
    """A browser's stream. It comes back when the server has told it to, as browsers do."""

    def __init__(self, port, url, session):
        self.port = port
        self.request = (
            f"GET {url} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n"
            f"Cookie: {settings.SESSION_COOKIE_NAME}={session}\r\n\r\n"
        ).encode()
        self.retry = 0

    async def connect(self):
        """Opens the stream and reads up to its first event."""
        self.stream, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.writer.write(self.request)
        status = await self.stream.readline()
        if b" 200 " not in status:
            sys.exit(f"The stream answered {status!r}")
        return await self.event()

    async def event(self):
        """The next event, unread: what this process does for 200 is not to be taken for the server's work."""
        while line := await self.stream.readline():
            if line.startswith(b"retry: "):
                self.retry = int(line.split()[1]) / 1000
            elif line.startswith(b"data: {"):
                return line
        sys.exit("A stream ended.")

    async def until(self, key):
        while named(key) not in await self.event():
            pass
        return time.perf_counter()

    def cut(self):
        self.writer.transport.abort()

    async def come_back(self, key):
        await asyncio.sleep(self.retry)
        if named(key) not in await self.connect():
            await self.until(key)


def named(key):
    return f'"shown": "{key}"'.encode()
