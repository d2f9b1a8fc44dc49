"""Asks a model behind any OpenAI-compatible chat endpoint: vLLM, Ollama, llama.cpp's server, OpenAI.

Requests run on an event loop in a thread of its own: only there can one deadline end all that a request waits for,
headers that arrive a byte at a time too.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2

from .llm import LLMError, answer_tokens, messages

KEY_VARIABLE = "STANCELENS_ENDPOINT_KEY"
RETRIED = {408, 409, 429, 500, 502, 503, 504}
FIRST_WAIT = 0.5  # seconds before the second try; doubled before each further one
LONGEST_WAIT = 60.0  # seconds before any try; a server that asks for more is not waited for
GIVE_UP = 8  # requests in a row that failed, tries and all: the endpoint is asked no more
LARGEST_BODY = 1_000_000  # bytes
QUOTED = 200  # characters of a server's own words in a message


class _RetryableError(Exception):
    """A try that may go better the next time: what happened, and the seconds that the endpoint asks to wait or None."""


@dataclass(eq=False)
class Endpoint:
    """A model at an endpoint. The key, if it needs one, is read from $STANCELENS_ENDPOINT_KEY and shown nowhere.

    Raises ValueError, in one sentence, for a URL or a key that cannot be used.
    """

    url: str = field(repr=False)  # http://localhost:11434/v1, say; its path may hold a secret
    model: str
    timeout: float = 60.0  # seconds for one try, from looking up the host to the last byte
    retries: int = 4  # further tries after the first
    concurrency: int = 8  # requests at once; further callers wait
    sleep: Callable[[float], object] | None = field(default=None, repr=False)  # default: waits, but not after close()
    clock: Callable[[], float] = field(default=time.time, repr=False)  # seconds since 1970, for dates in Retry-After
    name: str = field(init=False)  # MODEL at HOST
    identity: str = field(init=False, repr=False)  # with the port: another server there may answer differently

    def __post_init__(self) -> None:
        self._address = _address(self.url)
        self.name = f"{self.model} at {self._address.host}"
        self.identity = f"{self.model} at {self._address.netloc.decode()}"
        headers = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
        if key := os.environ.get(KEY_VARIABLE, "").strip():
            if not re.fullmatch(r"[!#-\[\]-~]+", key):  # quotes and backslashes would be hard to find in an echo
                raise ValueError(f"{KEY_VARIABLE} must be ASCII without spaces, double quotes and backslashes")
            headers["Authorization"] = f"Bearer {key}"
        self._key = key
        self._limits: tuple[str, ...] = ("max_tokens", "temperature")  # as this endpoint knows them
        self._closed = threading.Event()
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(self.concurrency)
        self._failed = 0  # requests in a row
        limits = httpx2.Limits(max_connections=None)  # as many as the caller has threads
        # redirects are not followed: they would carry text and key to a server that the user did not name
        self._client = httpx2.AsyncClient(headers=headers, timeout=None, limits=limits, follow_redirects=False)
        self._loop = asyncio.new_event_loop()
        # a daemon: whoever forgets to close must still be able to end
        threading.Thread(target=self._loop.run_forever, name="stancelens endpoint", daemon=True).start()

    def close(self) -> None:
        """End the requests under way, whose callers get an LLMError, and close the connections."""
        with self._lock:
            if self._closed.is_set():
                return
            self._closed.set()
            ending = asyncio.run_coroutine_threadsafe(self._end(), self._loop)
        ending.result()
        self._loop.call_soon_threadsafe(self._loop.stop)

    async def _end(self) -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._client.aclose()

    def rewrite(self, sentences: Sequence[str]) -> str:
        """What the model answers. From any thread; raises LLMError only."""
        return self.answer(messages(sentences), answer_tokens(sentences))

    def answer(self, messages: list[dict[str, str]], max_tokens: int) -> str:
        """The model's text, which breaks off after ``max_tokens`` tokens. From any thread; raises LLMError only."""
        with self._slots:
            if self._failed >= GIVE_UP:
                raise LLMError(f"{self.name} is asked no more after {GIVE_UP} failures in a row")
            try:
                text = self._tried(messages, max_tokens)
            except LLMError:
                with self._lock:
                    self._failed += 1
                raise
            self._failed = 0
            return text

    def _tried(self, messages: list[dict[str, str]], max_tokens: int) -> str:
        asked = {"model": self.model, "messages": messages, "stream": False}
        for number in range(self.retries + 1):
            limits = self._limits
            values = {name: max_tokens if "tokens" in name else 0 for name in limits}
            try:
                return self._try(json.dumps(asked | values).encode(), limits)
            except _RetryableError as error:
                happened, wait = error.args
            if wait is None:
                wait = min(FIRST_WAIT * 2**number, LONGEST_WAIT) * random.uniform(0.8, 1.2)
            if number < self.retries:
                (self.sleep or self._closed.wait)(wait)
        tries = self.retries + 1
        raise LLMError(f"{self.name} gave no text: in try {tries} of {tries} {happened}")

    def _try(self, body: bytes, limits: tuple[str, ...]) -> str:
        """The text, from one request. Raises _RetryableError, or LLMError where another try would be of no use."""
        try:
            with self._lock:
                if self._closed.is_set():
                    raise CancelledError
                posting = asyncio.run_coroutine_threadsafe(self._post(body), self._loop)
            response, content = posting.result()
        except TimeoutError:
            raise _RetryableError(f"it did not answer in full within {self.timeout:g} s", None) from None
        except httpx2.HTTPError as error:
            why = self._quoted(str(error) or type(error).__name__)
            raise _RetryableError(f"the connection failed ({why})", None) from None
        except (RuntimeError, CancelledError):  # from the client and from its loop, once they are closed
            raise LLMError(f"{self.name} was closed before it answered") from None
        words = self._quoted(_own_words(content))
        status = response.status_code
        said = f"answered {status} {httpx2.codes.get_reason_phrase(status)}: {words}"
        if status in RETRIED:
            wait = _wait_asked(response.headers.get("Retry-After", ""), self.clock())
            if wait is not None and wait > LONGEST_WAIT:
                raise LLMError(f"{self.name} asks to wait {wait:.0f} s, which is too long, and {said}")
            raise _RetryableError(f"it {said}", wait)
        if status == 400 and (known := _limits_known(words)) and known != limits:
            self._limits = known
            raise _RetryableError(f"it {said}", 0.0)
        if not response.is_success:
            raise LLMError(f"{self.name} {said}")
        if len(content) > LARGEST_BODY:
            raise LLMError(f"{self.name} answered with more than {LARGEST_BODY} bytes")
        try:
            text = _text(json.loads(content))
        except (ValueError, RecursionError):
            raise _RetryableError(f"it did not answer with JSON but with {words}", None) from None
        if not text.strip():
            raise LLMError(f"{self.name} answered without text: {words}")
        return text.replace(self._key, "[key]") if self._key else text

    async def _post(self, body: bytes) -> tuple[httpx2.Response, bytes]:
        """The response and its body, cut soon after the limit. Raises TimeoutError at the deadline."""
        content = bytearray()
        async with asyncio.timeout(self.timeout):
            async with self._client.stream("POST", self._address, content=body) as response:
                # raw, so that a body which is compressed unasked cannot unpack to more than memory holds
                async for chunk in response.aiter_raw():
                    content += chunk
                    if len(content) > LARGEST_BODY:
                        break
        return response, bytes(content)

    def _quoted(self, words: str) -> str:
        """The beginning of a server's words on one line, without control characters and without the key."""
        line = "".join(char for char in " ".join(words.split()) if char.isprintable())
        return (line.replace(self._key, "[key]") if self._key else line)[:QUOTED]


def _address(url: str) -> httpx2.URL:
    """Where to post, from the URL of the API or of its chat completions. Raises ValueError without quoting it."""
    try:
        parsed = httpx2.URL(url)
    except httpx2.InvalidURL:
        parsed = httpx2.URL("")
    if parsed.userinfo:
        raise ValueError(f"the endpoint's URL holds a user or a password: put the key into {KEY_VARIABLE} instead")
    if parsed.scheme not in {"http", "https"} or not parsed.host or (parsed.port or 0) > 65535:
        raise ValueError("the endpoint's URL must be http:// or https://, a host, perhaps a port, and the API's path")
    return parsed.copy_with(path=parsed.path.rstrip("/").removesuffix("/chat/completions") + "/chat/completions")


def _limits_known(words: str) -> tuple[str, ...] | None:
    """What to send instead, where the endpoint refuses a parameter: OpenAI's newer models know two of them no more."""
    if "max_completion_tokens" in words or "temperature" in words:
        return ("max_completion_tokens",)
    return None


def _wait_asked(value: str, now: float) -> float | None:
    """Seconds from a Retry-After header, which holds seconds or a date; None if it holds neither."""
    try:
        return float(value) if value.isdecimal() else max(0.0, parsedate_to_datetime(value).timestamp() - now)
    except (ValueError, OverflowError):
        return None


def _own_words(content: bytes) -> str:
    """The message in an error as OpenAI, Ollama or FastAPI wrap it, else the body; JSON without its escapes, behind
    which a key could hide."""
    try:
        told = json.loads(content)
        for layer in ("error", "message", "detail"):
            told = told.get(layer, told) if isinstance(told, dict) else told
        return told if isinstance(told, str) else json.dumps(told, ensure_ascii=False)
    except (ValueError, RecursionError):
        return content.decode("utf-8", "replace")


def _text(reply: Any) -> str:
    """The text of the first choice, whole or in parts; "" if there is none."""
    try:
        content = reply["choices"][0]["message"]["content"]
        if isinstance(content, list):
            content = "".join(part["text"] for part in content if part["type"] == "text")
    except (KeyError, IndexError, TypeError):
        return ""
    # half a surrogate pair, which JSON can carry, would stop whoever writes the text to a file
    return content.encode("utf-8", "replace").decode("utf-8") if isinstance(content, str) else ""
