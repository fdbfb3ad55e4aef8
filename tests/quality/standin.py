"""A local stand-in for an OpenAI-compatible endpoint: speaks chat completions, and fails in every way they do."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def completion(content, finish="stop"):
    """A chat completion as the real ones look, with what a client must pass over."""
    return {
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1764000000, "model": "judge-1",
        "choices": [
            {
                "index": 0, "logprobs": None, "finish_reason": finish,
                "message": {"role": "assistant", "content": content, "refusal": None},
            }
        ],
        "usage": {"prompt_tokens": 900, "completion_tokens": 60, "total_tokens": 960},
    }  # fmt: skip


def opinion(send_back=False, *reefs):
    return json.dumps({"send_back": send_back, "reefs": list(reefs)}, ensure_ascii=False)


class Endpoint:
    """Answers POST /v1/chat/completions with `said`; `raw` instead of it, `status`, `stall` and `drip` go wrong."""

    def __init__(self):
        self.said, self.raw, self.status, self.stall, self.drip, self.got = opinion(), None, 200, False, False, []
        self.finish = "stop"
        self._stop = threading.Event()
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                endpoint.got.append((self.path, self.headers.get("Authorization"), body))
                if endpoint.stall:
                    endpoint._stop.wait(30)
                said = endpoint.answer(self.path, body)
                self.send_response(endpoint.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(said)))
                if 300 <= endpoint.status < 400:
                    self.send_header("Location", f"{endpoint.url}/elsewhere")
                self.end_headers()
                self.write(said)

            def write(self, said):
                if not endpoint.drip:
                    self.wfile.write(said)
                    return
                for byte in said:
                    self.wfile.write(bytes([byte]))
                    self.wfile.flush()
                    if endpoint._stop.wait(0.1):
                        return

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.handle_error = lambda *args: None
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, path, body):
        if self.raw is not None:
            return self.raw
        if self.status != 200 or path != "/v1/chat/completions":
            return json.dumps({"error": {"message": "no", "type": "server_error", "code": None}}).encode()
        assert body["messages"][0]["role"] == "system" and body["messages"][-1]["role"] == "user" and body["model"]
        return json.dumps(completion(self.said, self.finish), ensure_ascii=False).encode()

    def close(self):
        self._stop.set()
        self.server.shutdown()
        self.server.server_close()
