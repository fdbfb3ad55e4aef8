"""Real servers on loopback for the channels to speak to: an HTTP gateway and a mail server, with their failures."""

import json
import socketserver
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Gateway:
    """An HTTP gateway: answers with `status` and `said`, after `stall` seconds."""

    def __init__(self):
        self.status, self.said, self.stall, self.got = 200, {}, 0.0, []
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                gateway.got.append((self.path, self.headers.get("Authorization"), body))
                gateway.wait()
                said = json.dumps(gateway.said).encode()
                self.send_response(gateway.status)
                self.send_header("Content-Length", str(len(said)))
                if 300 <= gateway.status < 400:
                    self.send_header("Location", gateway.origin + "/elsewhere")
                self.end_headers()
                self.wfile.write(said)

            do_GET = do_POST

            def log_message(self, *args):
                pass

        self._stop = threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.handle_error = lambda *args: None  # a caller that gave up is what some tests are about
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def wait(self):
        self._stop.wait(self.stall)

    def texts(self):
        return [body.get("text") for _, _, body in self.got]

    def close(self):
        self._stop.set()
        self.server.shutdown()
        self.server.server_close()


class MailServer:
    """A small mail server: keeps what it takes; `rcpt` and `data` are its answers, `stall_at` a verb it hangs on."""

    def __init__(self):
        self.rcpt, self.data, self.stall_at, self.got, self.verbs = "250 ok", "250 taken", "", [], []
        self.drops_after_text = False
        self._stop = threading.Event()
        server = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                server.serve(self)

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *args: None
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def serve(self, peer):
        def say(line):
            peer.wfile.write(line.encode() + b"\r\n")

        self.hang("GREETING")
        say("220 mail.example")
        for raw in peer.rfile:
            verb, _, rest = raw.decode().strip().partition(" ")
            self.verbs.append(verb.upper())
            self.hang(verb.upper())
            match verb.upper():
                case "EHLO":
                    say("250-mail.example")
                    say("250 AUTH PLAIN")
                case "RCPT":
                    say(self.rcpt)
                case "DATA":
                    say("354 go on")
                    if not self.take(peer, say):
                        return
                case "QUIT":
                    say("221 bye")
                    return
                case "AUTH":
                    say("235 welcome")
                case "STARTTLS":
                    say("502 not here")
                case _:
                    say("250 ok")

    def take(self, peer, say):
        lines = []
        for raw in peer.rfile:
            if raw == b".\r\n":
                break
            lines.append(raw)
        if self.data.startswith("2"):
            self.got.append(b"".join(lines))
        if self.drops_after_text:
            return False
        self.hang("TEXT")
        say(self.data)
        return True

    def hang(self, verb):
        if self.stall_at == verb:
            self._stop.wait(30)

    def close(self):
        self._stop.set()
        self.server.shutdown()
        self.server.server_close()


def until(truth, seconds=30):
    """Waits until something that another thread or process does is done."""
    end = time.monotonic() + seconds
    while not truth():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)
