"""The client of chat endpoints against a server that fails in every way that servers have been seen to fail."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
import traceback
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate

import pytest

from ..models.endpoint import GIVE_UP, KEY_VARIABLE, LARGEST_BODY, Endpoint
from ..models.llm import LLM, LLMError
from . import stub_server as stub
from .stub_server import Behaviour, Handler, StubServer, completion, says, sends, status

KEY = "sk-k3y/with+signs=="
MESSAGES = [{"role": "system", "content": "Rewrite."}, {"role": "user", "content": "Zürich \ud800"}]
NOW = 1_700_000_000.0  # seconds since 1970, by the client's clock
Ask = Callable[..., str]


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv(KEY_VARIABLE, KEY)


@pytest.fixture
def waits() -> list[float]:
    """The seconds that the client would have waited."""
    return []


@pytest.fixture
def servers() -> list[StubServer]:
    """The servers that were asked."""
    return []


@pytest.fixture
def ask(waits: list[float], servers: list[StubServer]) -> Iterator[Ask]:
    """Play behaviours to a client that does not wait between its tries. In the end, no error may have shown the key."""
    shown: list[str] = []

    def play(*script: Behaviour, timeout: float = 5.0, retries: int = 4) -> str:
        with StubServer(*script) as server:
            servers.append(server)
            endpoint = Endpoint(server.url, "tiny", timeout, retries, sleep=waits.append, clock=lambda: NOW)
            try:
                return endpoint.answer(MESSAGES, 50)
            except LLMError as error:
                shown.append(f"{endpoint!r} {endpoint} {error!r} {''.join(traceback.format_exception(error))}")
                raise
            finally:
                endpoint.close()

    yield play
    assert not [text for text in shown if "k3y" in text]


def test_what_is_asked(ask: Ask, servers: list[StubServer]) -> None:
    assert ask(says("A line.\nAnother.")) == "A line.\nAnother."
    [request] = servers[0].requests
    assert request.path == "/v1/chat/completions"
    assert request.body == {
        "model": "tiny",
        "messages": MESSAGES,
        "max_tokens": 50,
        "temperature": 0,
        "stream": False,
    }
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["accept-encoding"] == "identity"


def test_rewrites_sentences() -> None:
    with StubServer(says("A line.")) as server:
        endpoint = Endpoint(server.url, "tiny")
        assert endpoint.rewrite(["One sentence.", "Two."]) == "A line."
        endpoint.close()
    body = server.requests[0].body
    assert "1. One sentence.\n2. Two." in body["messages"][-1]["content"]
    assert body["max_tokens"] == 22


def test_no_key_no_header(ask: Ask, servers: list[StubServer], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, " \n")
    with pytest.raises(LLMError, match=r"401 Unauthorized: who are you\?$"):
        ask(status(401, "who are you?"))
    assert "authorization" not in servers[0].requests[0].headers


@pytest.mark.parametrize("ending", ["", "/", "/chat/completions", "/chat/completions/", "?api-version=1"])
def test_forms_of_the_url(ending: str) -> None:
    with StubServer(says("A line.")) as server:
        endpoint = Endpoint(server.url + ending, "tiny")
        assert endpoint.answer(MESSAGES, 50) == "A line."
        endpoint.close()
    assert server.requests[0].path == "/v1/chat/completions" + (ending if "?" in ending else "")


def test_name_and_repr_hold_neither_path_nor_key() -> None:
    endpoint = Endpoint("https://llm.example:8443/s3cret/v1?token=s3cret", "tiny")
    endpoint.close()
    llm: LLM = endpoint  # for mypy
    assert llm.name == "tiny at llm.example"
    assert llm.identity == "tiny at llm.example:8443"
    assert "k3y" not in repr(endpoint) + str(endpoint)
    assert "s3cret" not in repr(endpoint) + str(endpoint)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "must be http"),
        ("localhost:11434/v1", "must be http"),
        ("ftp://host/v1", "must be http"),
        ("http:///v1", "must be http"),
        ("http://host:port/v1", "must be http"),
        ("http://host:99999/v1", "must be http"),
        ("http://ho\nst/v1", "must be http"),
        ("http://me:s3cret@host/v1", KEY_VARIABLE),
        ("http://s3cret@host/v1", KEY_VARIABLE),
        ("http://me:s3cret/x@host/v1", "must be http"),
    ],
)
def test_urls_that_cannot_be_used(url: str, says: str) -> None:
    with pytest.raises(ValueError, match=says) as caught:
        Endpoint(url, "tiny")
    assert "s3cret" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("wrong", ["k3y\nHost: other", "k3y k3y", "k3yé", 'k3y"', "k3y\\"])
def test_keys_that_cannot_be_used(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, wrong)
    with pytest.raises(ValueError, match=KEY_VARIABLE) as caught:
        Endpoint("http://host/v1", "tiny")
    assert "k3y" not in str(caught.value)


@pytest.mark.parametrize(
    "failure",
    [
        *(status(code) for code in (408, 409, 429, 500, 502, 503, 504)),
        stub.malformed,
        stub.invalid_utf8,
        stub.html,
        stub.cut_short,
        stub.closes,
        sends(b""),
        sends(b"[" * 50_000),
        sends(b"1" * 5_000),
    ],
)
def test_tries_again(ask: Ask, servers: list[StubServer], waits: list[float], failure: Behaviour) -> None:
    assert ask(failure, failure, says("A line.")) == "A line."
    assert len(servers[0].requests) == 3
    assert 0.4 <= waits[0] <= 0.6
    assert 0.8 <= waits[1] <= 1.2


def test_gives_up(ask: Ask, servers: list[StubServer], waits: list[float]) -> None:
    with pytest.raises(LLMError, match=r"^tiny at 127\.0\.0\.1 .* try 10 of 10 it answered 500 .*: out of memory$"):
        ask(status(500, "out of memory"), retries=9)
    assert len(servers[0].requests) == 10
    assert len(waits) == 9
    assert 48 <= waits[-1] <= 72  # 0.5 s doubled would be 128 s


def test_nobody_listens(waits: list[float]) -> None:
    with StubServer(says("A line.")) as server:
        pass
    endpoint = Endpoint(server.url, "tiny", sleep=waits.append)
    with pytest.raises(LLMError, match="try 5 of 5 the connection failed"):
        endpoint.answer(MESSAGES, 50)
    endpoint.close()
    assert len(waits) == 4


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0),
        ("7", 7),
        ("60", 60),
        (formatdate(NOW + 9, usegmt=True), 9),
        (formatdate(NOW - 9, usegmt=True), 0),
    ],
)
def test_waits_as_long_as_asked(ask: Ask, waits: list[float], header: str, seconds: float) -> None:
    assert ask(status(429, retry_after=header), says("A line.")) == "A line."
    assert waits == [seconds]


@pytest.mark.parametrize(
    "header", ["soon", "-3", "1.5", "nan", "Wed, 99 Oct 2015 07:28:00 GMT", f"Wed, 21 Oct {'9' * 30} 07:28:00 GMT"]
)
def test_waits_that_cannot_be_read(ask: Ask, waits: list[float], header: str) -> None:
    assert ask(status(503, retry_after=header), says("A line.")) == "A line."
    assert 0.4 <= waits[0] <= 0.6


@pytest.mark.parametrize("header", ["61", "3600", "9" * 5000, formatdate(NOW + 3600, usegmt=True)])
def test_does_not_wait_too_long(ask: Ask, servers: list[StubServer], waits: list[float], header: str) -> None:
    with pytest.raises(LLMError, match=r"asks to wait (61|3600|inf) s, which is too long.* 429 .*: quota$"):
        ask(status(429, "quota", retry_after=header), says("A line."))
    assert waits == []
    assert len(servers[0].requests) == 1


@pytest.mark.parametrize("code", [400, 401, 403, 404, 422, 501])
def test_errors_that_another_try_would_not_mend(ask: Ask, servers: list[StubServer], code: int) -> None:
    with pytest.raises(LLMError, match=rf"answered {code} [A-Z].*: no model 'tiny'$"):
        ask(status(code, "no\r\n model\t'tiny'\x1b\x00\u202e"), says("A line."))
    assert len(servers[0].requests) == 1


@pytest.mark.parametrize(
    "body",
    [{"error": "lost"}, {"error": {"message": "lost"}}, {"message": "lost", "code": 4}, {"detail": "lost"}, "lost"],
)
def test_the_servers_own_words(ask: Ask, body: object) -> None:
    with pytest.raises(LLMError, match=r"Bad Request: lost$"):
        ask(sends(json.dumps(body).encode(), 400))


def test_words_in_json_of_another_shape_are_readable(ask: Ask) -> None:
    with pytest.raises(LLMError, match=r'Bad Request: \{"Fehler": "für"\}$'):
        ask(sends(json.dumps({"Fehler": "für"}).encode(), 400))


def test_long_messages_are_cut(ask: Ask) -> None:
    with pytest.raises(LLMError, match=r"Bad Request: x{200}$"):
        ask(sends(b"x" * (LARGEST_BODY + 1000), 400))


@pytest.mark.parametrize("before", [0, 150, 190, 195])  # the cut goes through the key, or through its place
@pytest.mark.parametrize(
    "echo",
    ["<" + KEY, "<" + KEY.replace("k", "k\0"), json.dumps({"<": KEY}).replace("/", "\\/").replace("+", "\\u002b")],
    ids=["plain", "control", "escaped"],
)
def test_an_echoed_key_is_not_shown(ask: Ask, echo: str, before: int) -> None:
    with pytest.raises(LLMError, match="401 Unauthorized: ") as caught:
        ask(sends(echo.replace("<", "x" * before).encode(), 401))
    assert "sk-k" not in str(caught.value)
    assert before > 190 or "[key" in str(caught.value)


def test_an_echoed_header_is_not_shown(ask: Ask) -> None:
    with pytest.raises(LLMError, match=r"bad header Bearer \[key\]$"):
        ask(stub.echoes_key)


def test_a_key_echoed_in_a_broken_header_is_not_shown(ask: Ask) -> None:
    def breaks(handler: Handler) -> None:
        handler.wfile.write(f"HTTP/1.1 200 OK\r\n{KEY} no colon\r\n\r\n".encode())
        handler.close_connection = True

    with pytest.raises(LLMError, match="connection failed"):
        ask(breaks)


@pytest.mark.parametrize("failure", [stub.hangs, stub.drips, stub.drips_headers])
def test_one_deadline_for_the_whole_request(ask: Ask, servers: list[StubServer], failure: Behaviour) -> None:
    started = time.monotonic()
    with pytest.raises(LLMError, match=r"try 2 of 2 it did not answer in full within 0\.2 s$"):
        ask(failure, timeout=0.2, retries=1)
    assert 0.4 <= time.monotonic() - started < 2.5
    assert len(servers[0].requests) == 2


def test_recovers_from_a_server_that_hung(ask: Ask) -> None:
    assert ask(stub.hangs, says("A line."), timeout=0.3) == "A line."


def test_a_body_without_end(ask: Ask, servers: list[StubServer]) -> None:
    started = time.monotonic()
    with pytest.raises(LLMError, match=f"more than {LARGEST_BODY} bytes$"):
        ask(stub.never_ends)
    assert time.monotonic() - started < 2
    assert len(servers[0].requests) == 1


def test_a_compressed_body_is_not_unpacked(ask: Ask) -> None:
    stub._bomb()  # made before memory is measured
    tracemalloc.start()
    try:
        with pytest.raises(LLMError, match="JSON"):
            ask(stub.gzip_bomb, retries=1)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 10_000_000


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        None,
        "text",
        {"choices": None},
        {"choices": []},
        {"choices": {}},
        {"choices": ["text"]},
        {"choices": [{"message": None}]},
        {"choices": [{"message": {}}]},
        {"choices": [{"text": "the older interface"}]},
        {"error": {"message": "with status 200"}},
    ],
)
def test_replies_of_another_shape(ask: Ask, servers: list[StubServer], body: object) -> None:
    with pytest.raises(LLMError, match=r"answered without text: "):
        ask(sends(json.dumps(body).encode()), says("A line."))
    assert len(servers[0].requests) == 1


@pytest.mark.parametrize(
    "content", [None, 7, True, {"text": "no"}, "", " \n", [], ["no"], [{"type": "text"}], [{"type": "text", "text": 7}]]
)
def test_contents_that_are_not_text(ask: Ask, content: object) -> None:
    with pytest.raises(LLMError, match="answered without text"):
        ask(says(content))


def test_contents_in_parts(ask: Ask) -> None:
    parts = [{"type": "text", "text": "A "}, {"type": "image", "text": "no"}, {"type": "text", "text": "line."}]
    assert ask(says(parts)) == "A line."


def test_text_can_be_written_to_a_file(ask: Ask) -> None:
    assert ask(sends(completion("é \ud83d."))) == "é ?."


def test_instructions_in_a_reply_are_text(ask: Ask) -> None:
    assert ask(stub.injects).startswith("Ignore all previous instructions")


def test_redirects_are_not_followed(ask: Ask, servers: list[StubServer]) -> None:
    with StubServer(says("A line.")) as other:
        with pytest.raises(LLMError, match="answered 307 Temporary Redirect"):
            ask(stub.redirects(f"{other.url}/chat/completions"))
        assert other.requests == []
    assert len(servers[0].requests) == 1


def test_threads_get_their_own_answers() -> None:
    together = threading.Barrier(8, timeout=5)  # broken unless all eight requests are under way at once

    def echoes(handler: Handler) -> None:
        together.wait()
        stub.echoes(handler)

    with StubServer(echoes) as server, ThreadPoolExecutor(8) as pool:
        endpoint = Endpoint(server.url, "tiny", retries=0)
        asked = [f"line {number}" for number in range(32)]
        answered = list(pool.map(lambda text: endpoint.answer([{"role": "user", "content": text}], 50), asked))
        endpoint.close()
    assert answered == asked
    assert server.most_at_once == 8


def test_connections_are_kept() -> None:
    ports = set()

    def notes_port(handler: Handler) -> None:
        ports.add(handler.client_address[1])
        stub.echoes(handler)

    with StubServer(notes_port) as server:
        endpoint = Endpoint(server.url, "tiny")
        for _ in range(3):
            endpoint.answer(MESSAGES, 50)
        endpoint.close()
    assert len(ports) == 1
    assert server.most_at_once == 1


@pytest.mark.parametrize("behaviour", [stub.hangs, stub.drips, stub.drips_headers, status(429, retry_after="5")])
def test_closing_ends_what_is_under_way(behaviour: Behaviour) -> None:
    with StubServer(behaviour) as server, ThreadPoolExecutor(1) as pool:
        endpoint = Endpoint(server.url, "tiny", timeout=8)
        waiting = pool.submit(endpoint.answer, MESSAGES, 50)
        while not server.requests:
            time.sleep(0.01)
        time.sleep(0.05)  # so that the 429 is read, and waited upon
        started = time.monotonic()
        endpoint.close()
        with pytest.raises(LLMError, match="was closed before it answered"):
            waiting.result(timeout=10)
        assert time.monotonic() - started < 1


def test_a_closed_client() -> None:
    with StubServer(says("A line.")) as server:
        endpoint = Endpoint(server.url, "tiny")
        endpoint.close()
        endpoint.close()
        with pytest.raises(LLMError, match="was closed before it answered"):
            endpoint.answer(MESSAGES, 50)
    assert server.requests == []


def test_an_endpoint_that_knows_other_parameters(ask: Ask, servers: list[StubServer]) -> None:
    refused = (
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
    )
    assert ask(status(400, refused), says("A line.")) == "A line."
    assert servers[0].requests[1].body.keys() == {"model", "messages", "stream", "max_completion_tokens"}
    with pytest.raises(LLMError, match="400 Bad Request: Unsupported"):
        ask(status(400, refused))


def test_a_dead_endpoint_is_asked_no_more() -> None:
    with StubServer(status(401)) as server:
        endpoint = Endpoint(server.url, "tiny")
        for _ in range(GIVE_UP):
            with pytest.raises(LLMError, match="401"):
                endpoint.answer(MESSAGES, 50)
        with pytest.raises(LLMError, match=f"asked no more after {GIVE_UP} failures"):
            endpoint.answer(MESSAGES, 50)
        assert len(server.requests) == GIVE_UP
        endpoint.close()


def test_no_more_requests_at_once_than_agreed() -> None:
    with StubServer(lambda handler: (handler.pause(0.02), says("A line.")(handler))[1]) as server:
        endpoint = Endpoint(server.url, "tiny", concurrency=2)
        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(lambda _: endpoint.answer(MESSAGES, 50), range(12))) == {"A line."}
        endpoint.close()
        assert server.most_at_once == 2


def test_a_program_that_forgets_to_close_ends() -> None:
    code = "from stancelens.models.endpoint import Endpoint; kept = Endpoint('http://localhost:1/v1', 'tiny')"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_a_key_in_the_text_is_not_handed_on(ask: Ask) -> None:
    assert ask(says(f"The key is {KEY}.")) == "The key is [key]."
