"""A real uvicorn in a thread of the test process, on a free port of 127.0.0.1. (`live_server` is WSGI.)"""

import contextlib
import socket
import threading
import time

import uvicorn

running = []


def wait_until_idle():
    """Returns once no request is being answered: closed pages leave some behind, and the database is to be emptied."""
    while any(server.server_state.tasks for server in running):
        time.sleep(0.02)


@contextlib.contextmanager
def serving():
    """Yields the address, `http://localhost:PORT`, once the server answers; stops it afterwards."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        config = uvicorn.Config(
            "config.asgi:application", log_level="error", lifespan="off", timeout_graceful_shutdown=2
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + 15
        while not server.started:
            if time.monotonic() > deadline or not thread.is_alive():
                raise RuntimeError("The server did not start.")
            time.sleep(0.02)
        running.append(server)
        yield f"http://localhost:{port}"
        running.remove(server)
        server.should_exit = True
        thread.join(10)
