"""weight and keys: the room's first load, and what a key press costs in it, both in a real browser."""

import gzip
import sys
from urllib.parse import urlsplit

import brotli
from django.conf import settings
from django.urls import reverse

from tests.bench.measuring import Measure
from tests.bench.rooms import room
from tests.bench.server import Client
from tests.conftest import NO_BROWSER, find_chromium
from tests.e2e.browser import chromium, ready

QUESTIONS = 60
LARGEST = 60 * 1024  # bytes, compressed
MOST_REQUESTS = 20
SLOWEST = 50  # milliseconds, from a key press to its paint, and of any task
WORDS = "Said that momentum keeps an average of past gradients, asked for a case where it hurts, and named one. " * 3


def measure(name, port):
    path = find_chromium() or sys.exit(NO_BROWSER)
    interview = room(QUESTIONS, 1)
    cookies = Client(port, interview.created_by).headers["Cookie"].split("; ")
    with chromium(path) as browser:
        # A service worker would ask for everything once more, after the load.
        context = browser.new_context(service_workers="block")
        pairs = [cookie.split("=", 1) for cookie in cookies]
        context.add_cookies([{"name": key, "value": value, "url": f"http://127.0.0.1:{port}"} for key, value in pairs])
        page = context.new_page()
        address = f"http://127.0.0.1:{port}{reverse('interviews:room', args=[interview.pk])}"
        return MEASURES[name](page, address)


def weight(page, address):
    """Bytes of page, styles and scripts, each compressed, against 60 KB; or requests against 20, the stream and whatever the
    scripts ask for included, if that is worse."""
    responses = []
    page.on("response", lambda response: responses.append(response))
    page.goto(address, wait_until="networkidle")
    heavy = [it for it in responses if it.request.resource_type in ("document", "stylesheet", "script")]
    asked = {it.url for it in responses}  # Chromium now and then asks for the icon twice
    size = sum(len(compressed(response)) for response in heavy)
    print(f"  {size / 1024:.1f} KB in {len(asked)} requests", file=sys.stderr)
    worst = max(size / LARGEST, len(asked) / MOST_REQUESTS)
    return Measure("weight", 1.0, worst, 1.0)


def compressed(response):
    """The body as it reaches this browser in production: a page in gzip, as any proxy does it; a file in Brotli, as whitenoise
    makes it when files are collected and serves it to who takes it."""
    takes = response.request.all_headers().get("accept-encoding", "")
    if "br" in takes and urlsplit(response.url).path.startswith(settings.STATIC_URL):
        return brotli.compress(response.body())
    return gzip.compress(response.body(), 9)


def keys(page, address):
    """The slowest of rating 40 questions and writing 300 characters, and any task, by the browser's own entries,
    against 50 ms. How long moving on to the next question took is printed beside it."""
    page.goto(address, wait_until="networkidle")
    ready(page)
    page.evaluate(OBSERVE)  # how the room starts is no key
    for number in range(40):
        page.keyboard.press("j")
        page.keyboard.press(str(1 + number % 5))
    page.keyboard.press("n")
    page.keyboard.type(WORDS, delay=20)
    page.wait_for_timeout(500)
    slowest = page.evaluate("slowest")
    words = "  slowest key {key:.0f} ms, slowest move to the next question {move:.0f} ms, longest task {task:.0f} ms"
    print(words.format_map(slowest), file=sys.stderr)
    return Measure("keys", 1.0, max(slowest["key"], slowest["task"]) / SLOWEST, 1.0)


# Event entries last until the next paint; those below 16 ms are not told.
OBSERVE = """
() => {
globalThis.slowest = { key: 0, move: 0, task: 0 };
const moves = new Set(); // entries do not tell which key it was, but when
addEventListener("keydown", ({ key, timeStamp }) => key === "j" && moves.add(timeStamp), true);
addEventListener("keyup", ({ key, timeStamp }) => key === "j" && moves.add(timeStamp), true);
const take = (name, duration) => (slowest[name] = Math.max(slowest[name], duration));
const watch = (type, name, options) => new PerformanceObserver((list) => {
    for (const entry of list.getEntries())
        if (type !== "event" || entry.name.startsWith("key") || entry.name === "input")
            take(moves.has(entry.startTime) ? "move" : name, entry.duration);
}).observe({ type, ...options });
watch("event", "key", { durationThreshold: 16 });
watch("longtask", "task");
}
"""

MEASURES = {"weight": weight, "keys": keys}
