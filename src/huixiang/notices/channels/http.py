"""Posting JSON to a gateway: no redirects, a limit on every wait, and a clear word on what is known afterwards."""

import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

from .outcomes import GatewayDown, NoAnswer, plainly

TIMEOUT_SECONDS = 5.0
LONGEST_ANSWER = 64 * 1024


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A gateway that sends us elsewhere is not the one that was set."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirect)


def post(
    url: str,
    payload: Mapping[str, Any],
    headers: Mapping[str, str] | None = None,
    *,
    seconds: float | None = None,
) -> bytes:
    """The body of the answer to `payload` as JSON; raises GatewayDown, or NoAnswer where it may have arrived."""
    body = json.dumps(payload, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json; charset=utf-8", **(headers or {})}
    seconds = seconds or TIMEOUT_SECONDS
    # The scheme was checked when the address was set.
    request = urllib.request.Request(url, body, headers)  # noqa: S310
    try:
        with _opener.open(request, timeout=seconds) as answer:
            return _read(answer, seconds)
    except urllib.error.HTTPError as error:
        error.close()
        raise GatewayDown(f"对方的服务没有接受请求（HTTP {error.code}）") from error
    except urllib.error.URLError as error:
        raise GatewayDown(f"连接不上对方的服务：{plainly(error.reason)}") from error
    except (OSError, http.client.HTTPException) as error:
        raise NoAnswer(f"已经发过去，没有收到回音：{plainly(error)}") from error


def _read(answer: http.client.HTTPResponse, seconds: float) -> bytes:
    """Reads an answer as a whole within the time, even from a gateway that drips it."""
    until, got = time.monotonic() + seconds, b""
    while chunk := answer.read1(LONGEST_ANSWER):
        got += chunk
        if time.monotonic() > until or len(got) > LONGEST_ANSWER:
            raise TimeoutError("回音太慢或者太长")
    return got
