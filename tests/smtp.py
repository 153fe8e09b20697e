"""A mail server on a free port: the least of SMTP (RFC 5321) that smtplib speaks."""

import contextlib
import socketserver
import threading


@contextlib.contextmanager
def mail_server(*, refusing=()):
    """Yields `(port, taken)`; `taken` gets the address of every mail that was taken. Refuses these recipients with 550."""
    taken = []

    class Session(socketserver.StreamRequestHandler):
        def handle(self):
            self.say("220 ready")
            to = ""
            while line := self.rfile.readline().decode().strip():
                command = line.upper()
                if command.startswith("RCPT"):
                    to = line.partition("<")[2].partition(">")[0]
                    self.say("550 nobody here" if to in refusing else "250 ok")
                elif command == "DATA":
                    self.say("354 go on")
                    while self.rfile.readline() != b".\r\n":
                        pass
                    taken.append(to)
                    self.say("250 ok")
                elif command == "QUIT":
                    self.say("221 bye")
                    return
                else:
                    self.say("250 ok")

        def say(self, line):
            self.wfile.write(f"{line}\r\n".encode())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        yield server.server_address[1], taken
        server.shutdown()
