"""The faults, each a function of a run. It does its damage while somebody types, and heals it before it returns."""

import contextlib
import time

import psycopg

from config import devpostgres
from interviews.models import Operation
from interviews.saving import PROTOCOL
from tests.faults.client import Timing
from tests.faults.proxy import Proxy
from tests.faults.run import sign_in, sign_in_by_form, text

NEW_PASSWORD = "another correct horse"


def server_kill(run):
    """SIGKILL to uvicorn's master and workers, found by the master's pid, at a moment of chance; started again."""
    with run.typing(run.device()):
        for _kill in range(1 if run.brief else 2):
            run.pause()
            run.world.server.kill()
            run.pause(0, 0.3)
            run.world.server.start()
        run.pause()
    run.expect_trouble()
    run.judge(alone=True)


def database_kill(run):
    """SIGKILL to the postmaster and all its children at a moment of chance; started again, it recovers."""
    with run.typing(run.device()):
        for _kill in range(1 if run.brief else 2):
            run.pause(0.3, 1.2)
            run.world.kill_database()
            run.pause(0, 0.3)
            run.world.start_database()
        run.pause()
    run.judge(alone=True)


def network(run):
    """A proxy between client and server loses, repeats, reorders, delays and cuts, for each request as chance wills."""
    with Proxy(run.world.server.port, run.random) as proxy:
        with run.typing(run.device(port=proxy.port)):
            run.pause(0.8, 1.5)
        run.drain()
    run.judge(alone=True)


def two_devices(run):
    """Two devices of the author write in the same two fields and open their pages again now and then; one settles."""
    fields = [f"{run.keys[0]}.notes", f"{run.keys[1]}.notes"]
    devices = [run.device(), run.device()]
    with run.typing(*devices, fields=fields):
        for _turn in range(run.random.randint(2, 4)):
            run.pause(0.1, 0.4)
            device = run.random.choice(devices)
            device.reload()
            if run.random.random() < 0.5:
                settle(run, device)
    run.judge(alone=False)
    run.expect(all(device.client.saved for device in devices), "One of the devices got nothing to the server")
    settle(run, devices[0])
    run.judge(alone=False)
    left = [field for device in devices for field in fields if device.client.conflicts.get(field)]
    run.expect(not left, f"After settling, versions are still listed in {left}")


def settle(run, device):
    for field, versions in list(device.client.conflicts.items()):
        if versions:
            device.client.choose(field, run.random.choice([*versions.values(), text(run.random, 200)]))


def locked(run):
    """Another connection holds `interviews_operation` in an exclusive lock, longer than the client waits for answers."""
    held, timeout = (3, 1) if run.brief else (20, 5)
    with run.typing(run.device(timing=Timing(timeout=timeout)), pause=0.05):
        run.pause()
        hold_lock(run.world, held)
        run.pause()
    run.expect_trouble()
    run.judge(alone=True)


def hold_lock(world, seconds):
    with contextlib.closing(world.connect()) as connection, connection.transaction():
        connection.execute("LOCK TABLE interviews_operation IN ACCESS EXCLUSIVE MODE")
        time.sleep(seconds)


def slow(run):
    """The role's `statement_timeout` is 1 ms, so that some statements end half way and some do not; then it is lifted."""
    with run.typing(run.device(), pause=0.05):
        run.pause()
        hurry(run.world, 3 if run.brief else 8)
        run.pause()
    run.expect_trouble()
    run.judge(alone=True)


def hurry(world, seconds):
    world.ask(f"ALTER ROLE {devpostgres.SERVING} SET statement_timeout = 1")
    world.cut_connections()
    time.sleep(seconds)
    world.ask(f"ALTER ROLE {devpostgres.SERVING} RESET statement_timeout")
    world.cut_connections()


def exhausted(run):
    """The harness takes every connection there is, cuts the server's own and takes these too; then it frees them."""
    with run.typing(device := run.device(), pause=0.05):
        run.pause()
        take_connections(run.world, 3 if run.brief else 10, lambda: run.wait_for_trouble(device, "network"))
        run.pause()
    run.judge(alone=True)


def take_connections(world, seconds, until=lambda: None):
    """Holds all connections for so long, and then until `until()` returns."""
    with contextlib.ExitStack() as taken:
        first = taken.enter_context(contextlib.closing(world.connect()))
        give_up = time.monotonic() + seconds
        while time.monotonic() < give_up:
            take_all(world, taken)
            world.cut_connections(first)
        until()


def take_all(world, taken):
    with contextlib.suppress(psycopg.OperationalError):
        while True:
            taken.enter_context(contextlib.closing(world.connect()))


def disk_full(run):
    """The database's small disk is filled until saves fail; then it is freed, and the server started if it had died."""
    filler = run.world.project / "filler"
    with run.typing(device := run.device(), longest=12_000, pause=0.02):
        run.pause()
        fill(filler)
        run.wait_for_trouble(device, "network", 60)
        time.sleep(2 if run.brief else 5)
        filler.unlink()
        run.expect("No space left on device" in run.world.server.words(), "The server never met a full disk")
        run.world.start_database()
        run.pause()
    run.judge(alone=True)


def fill(path):
    with contextlib.suppress(OSError), path.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))


def session(run):
    """The session ends under the client, by its row, by a new password and by a foreign token; then another user's.

    After the new password the author signs in by the form, as people do.
    """
    device = run.device()
    with run.typing(device, pause=0.05):
        for end in (sessions_deleted, password_changed, token_changed):
            run.pause()
            headers = end(run, device)
            run.wait_for_trouble(device, "signin")
            run.pause()
            run.expect(device.client.outbox, "The queue was not kept while nobody was signed in")
            device.sign_in(headers)
        run.pause()
        device.sign_in(sign_in(run.other))
        run.wait_for_trouble(device, "other-user")
        run.pause()
        theirs = Operation.objects.filter(scorecard__author=run.other).count()
        run.expect(theirs == 0, f"{theirs} operations were stored under the other user")
        run.expect(device.client.outbox, "The queue was not kept for its owner")
        device.sign_in(sign_in(run.author))
        run.pause()
    run.judge(alone=True)


# Each returns the headers with which it can go on, once the client has met the trouble


def sessions_deleted(run, device):
    run.world.ask("DELETE FROM django_session")
    return sign_in(run.author)


def password_changed(run, device):
    run.author.set_password(NEW_PASSWORD)
    run.author.save(update_fields=["password"])
    return sign_in_by_form(run.author, NEW_PASSWORD, run.world.server.port)


def token_changed(run, device):
    headers = device.headers
    device.sign_in(headers | {"X-CSRFToken": "x" * 32})
    return headers


def deploy(run):
    """Servers that speak the next protocol and the one after it: the first still takes ours, the second says `reload`.

    A page of the new protocol then sends what the old page had left in the outbox.
    """
    device = run.device()
    with run.typing(device, pause=0.05):
        run.pause()
        run.world.server.deploy(PROTOCOL + 1)
        saved = device.client.saved
        run.expect(device.wait_until(lambda it: it.client.saved > saved, 10), "The protocol before is no longer taken")
        run.world.server.deploy(PROTOCOL + 2)
        run.wait_for_trouble(device, "reload")
        run.pause()
    run.expect(device.client.outbox, "The queue was not kept for the new page")
    run.retire(device)
    device = run.device(protocol=PROTOCOL + 2, outbox=device.client.outbox)
    device.reload()
    with run.typing(device):
        run.pause()
    run.judge(alone=True)
    run.world.server.deploy(None)


FAULTS = {
    "server-kill": server_kill,
    "database-kill": database_kill,
    "network": network,
    "two-devices": two_devices,
    "locked": locked,
    "slow": slow,
    "exhausted": exhausted,
    "session": session,
    "deploy": deploy,
    "disk-full": disk_full,
}
SMALL_DISK = {"disk-full"}  # those whose database must stand on a small disk of its own
