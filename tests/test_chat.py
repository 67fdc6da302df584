"""The chat client: what reaches each service, what a student reads when it fails, and what it may cost."""

import datetime
import email.utils
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import tomllib
import traceback
import types
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import servers

from llmlab import chat, serve
from llmlab.errors import CourseError

ROOT = Path(__file__).resolve().parent.parent
KEY = "sk-test-4f9a1c77d2"
MESSAGES = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "上手な頼み方は？"}]
# What the services' own pages say, written down here a second time: the host, the path, the key's variable.
REAL = {
    "openai": ("api.openai.com", "/v1/chat/completions", "OPENAI_API_KEY"),
    "gemini": ("generativelanguage.googleapis.com", "/v1beta/openai/chat/completions", "GEMINI_API_KEY"),
    "claude": ("api.anthropic.com", "/v1/chat/completions", "ANTHROPIC_API_KEY"),
}
MANIFEST = tomllib.loads((ROOT / "data" / "services.toml").read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def room(monkeypatch):
    """No key, no setting, no proxy of whoever runs the tests; and never the real local server by accident."""
    for name in list(os.environ):
        if name.startswith("LLMLAB_CHAT") or name.endswith("_API_KEY") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("LLMLAB_CHAT_LOCAL", "http://127.0.0.1:9/v1/")
    monkeypatch.setattr(serve, "_running", None)
    chat.client.cache_clear()  # a kept connection may lead to another test's server


def connect(monkeypatch, name, address, **options):
    """The service with its real path, on loopback, with a key."""
    if name == "local":
        monkeypatch.setenv("LLMLAB_CHAT_LOCAL", f"{address}/v1/")
    else:
        monkeypatch.setenv(REAL[name][2], KEY)
        monkeypatch.setenv(f"LLMLAB_CHAT_{name.upper()}", address + urlsplit(MANIFEST[name]["base_url"]).path)
    return chat.service(name, **options)


def money(service, calls=5, cap_usd=1.0):
    return chat.Budget(service, calls, 50, 50, cap_usd, answer=lambda _: "y")


# ---------------------------------------------------------------- what is sent


@pytest.mark.parametrize("name", ["local", *REAL])
@pytest.mark.parametrize("stream", [False, True])
def test_the_notebooks_own_call_reaches_each_service_as_it_wants(monkeypatch, name, stream):
    from openai import OpenAI

    with servers.chat(servers.says("短く|言う")) as (address, requests):
        service = connect(monkeypatch, name, address)
        client = OpenAI(base_url=service.base_url, api_key=service.key)
        answer = client.chat.completions.create(model=service.model, messages=MESSAGES, stream=stream)
        if stream:
            deltas = [chunk.choices[0].delta.content or "" for chunk in answer if chunk.choices]
            assert "".join(deltas) == "短く言う"
        else:
            assert answer.choices[0].message.content == "短く|言う"
    (request,) = requests
    assert request["path"] == ("/v1/chat/completions" if name == "local" else REAL[name][1])
    assert request["headers"]["authorization"] == f"Bearer {'local' if name == 'local' else KEY}"
    expected = {"local": "SmolLM2-135M-Instruct"}.get(name) or MANIFEST[name]["model"]
    assert request["body"] == {"model": expected, "messages": MESSAGES, "stream": stream}
    if name != "local":
        assert urlsplit(MANIFEST[name]["base_url"]).netloc == REAL[name][0]
        assert urlsplit(MANIFEST[name]["base_url"]).scheme == "https"
        assert urlsplit(MANIFEST[name]["base_url"]).path + "chat/completions" == REAL[name][1]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    "name, sent",
    [
        ("local", {"max_tokens": 30, "temperature": 0.7, "top_p": 0.9, "seed": 3}),
        # None of today's three models takes a sampling parameter; each has its own name for the limit.
        ("openai", {"max_completion_tokens": 30, "reasoning_effort": "none"}),
        ("gemini", {"max_tokens": 30}),
        ("claude", {"max_tokens": 30}),
    ],
)
def test_ask_sends_what_the_service_obeys(monkeypatch, name, sent, stream, capsys):
    with servers.chat(servers.says("はい|、|どうぞ", 21, 4)) as (address, requests):
        service = connect(monkeypatch, name, address)
        options = {"max_tokens": 30, "temperature": 0.7, "top_p": 0.9, "seed": 3, "stream": stream}
        answer = chat.ask(service, MESSAGES, budget=money(service), **options)
    (request,) = requests
    body = {"model": service.model, "messages": MESSAGES, "stream": stream} | sent
    if stream and name != "local":
        body["stream_options"] = {"include_usage": True}
    assert request["body"] == body
    assert request["headers"]["authorization"] == f"Bearer {'local' if name == 'local' else KEY}"
    assert (answer.service, answer.model, answer.finish) == (name, service.model, "stop")
    assert not answer.cut and answer.failure == ""
    assert answer.text == ("はい、どうぞ" if stream else "はい|、|どうぞ")
    if not stream or name != "local":
        assert (answer.tokens_in, answer.tokens_out) == (21, 4)
    out = capsys.readouterr().out
    assert ("はい、どうぞ\n" in out) == stream
    assert ("temperature、top_p、seed に従わない" in out) == (name != "local")


def test_the_manifest_says_when_and_where_its_facts_were_read():
    assert set(MANIFEST) == {"local", *REAL}
    for name, row in MANIFEST.items():
        assert isinstance(row["date"], datetime.date) and isinstance(row["checked"], bool), name
        assert row["sources"] and all(url.startswith("https://") for url in row["sources"]), name
        if name != "local":
            assert row["key"] == REAL[name][2]
            assert row["price_in"] is None or 0 < row["price_in"] < row["price_out"] < 100, name


def test_what_a_service_does_not_obey_is_said_once(monkeypatch, capsys):
    with servers.chat(servers.says("はい")) as (address, _):
        service = connect(monkeypatch, "claude", address)
        budget = money(service)
        for _ in range(2):
            chat.ask(service, MESSAGES, budget=budget, temperature=0.5)
        chat.ask(service, MESSAGES, budget=budget)
    assert capsys.readouterr().out.count("temperature に従わない") == 1


# ---------------------------------------------------------------- who is asked


def test_one_setting_chooses(monkeypatch):
    assert chat.service().name == "local"
    monkeypatch.setenv("LLMLAB_CHAT", "claude")
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    found = chat.service()
    assert (found.name, found.base_url) == ("claude", "https://api.anthropic.com/v1/")
    assert chat.service("local").name == "local", "an argument wins over the setting"
    assert chat.service(model="claude-other").model == "claude-other"
    monkeypatch.setenv("LLMLAB_CHAT", "bard")
    with pytest.raises(CourseError, match="「bard」.*LLMLAB_CHAT.*local、openai、gemini、claude"):
        chat.service()


@pytest.mark.parametrize("name", REAL)
def test_without_a_key_the_local_one_answers_after_one_sentence(monkeypatch, name, capsys):
    with servers.chat(servers.says("ローカル")) as (address, requests):
        monkeypatch.setenv("LLMLAB_CHAT_LOCAL", f"{address}/v1/")
        service = chat.service(name)
        assert service.name == "local" and not service.paid
        assert chat.ask(service, MESSAGES).text == "ローカル"
    assert len(requests) == 1
    said = capsys.readouterr().out
    assert said.count("。") == 1 and REAL[name][2] in said and "シークレット" in said


@pytest.mark.parametrize("bad", ["「sk-abc」", "sk-a bc", "sk-ａｂｃ"])
def test_a_key_that_cannot_be_one_is_not_sent(monkeypatch, bad, capsys):
    monkeypatch.setenv("OPENAI_API_KEY", bad)
    assert chat.service("openai").name == "local"
    said = capsys.readouterr().out
    assert "OPENAI_API_KEY に全角の文字か空白" in said and bad not in said


def colab(monkeypatch, get):
    package, inside = types.ModuleType("google.colab"), types.ModuleType("google.colab.userdata")
    inside.get = get
    package.userdata = inside
    monkeypatch.setitem(sys.modules, "google.colab", package)
    monkeypatch.setitem(sys.modules, "google.colab.userdata", inside)


def test_colabs_secrets_hold_the_key(monkeypatch, capsys):
    asked = []
    colab(monkeypatch, lambda name: asked.append(name) or f" {KEY}\n")
    with servers.chat(servers.says("やあ")) as (address, requests):
        service = chat.service("gemini", base_url=f"{address}/v1beta/openai/")
        chat.ask(service, MESSAGES, budget=money(service))
    assert asked == ["GEMINI_API_KEY"]
    assert requests[0]["headers"]["authorization"] == f"Bearer {KEY}"
    assert KEY not in capsys.readouterr().out


@pytest.mark.parametrize("kind", ["SecretNotFoundError", "NotebookAccessError", "TimeoutException"])
def test_colab_without_the_secret_or_without_leave(monkeypatch, kind, capsys):
    def refuse(name):
        raise type(kind, (Exception,), {})(f"{name} {KEY}")

    colab(monkeypatch, refuse)
    assert chat.service("claude").name == "local"
    said = capsys.readouterr().out
    assert "シークレット" in said and KEY not in said


# ---------------------------------------------------------------- what fails


def closed_address():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


def late(handler):
    threading.Event().wait(2)  # not time.sleep: the tests replace it


def hang_up(handler):
    handler.close_connection = True
    handler.connection.close()


def in_seconds(seconds):
    then = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=seconds)
    return email.utils.format_datetime(then)


FAILURES = {
    "401": (servers.refuses(401, f"Incorrect API key provided: {KEY}"), "キーを受け付けません（401）"),
    "403": (servers.refuses(403, f"{KEY} may not"), "許していません（403）"),
    "404": (servers.refuses(404, "no such model"), "にモデル .* がありません（404）.*services.toml"),
    "400": (servers.refuses(400, "unsupported parameter"), "受け付けません（400）"),
    "503": (servers.refuses(503), "障害が起きています（503）"),
    "529": (servers.refuses(529), "障害が起きています（529）"),
    "429 long": (
        servers.refuses(429, headers={"Retry-After": "120"}),
        "上限に達しています（429、あと 120 秒）",
    ),
    "429 bare": (servers.refuses(429), "上限に達しています（429）"),
    "429 broke": (servers.refuses(429, code="insufficient_quota", headers={"Retry-After": "1"}), "残高"),
    "late": (late, "0.4 秒たっても答えません"),
    "hang up": (hang_up, "つながりません"),
    "html": (servers.returns(b"<html><body>Sign in</body></html>", "text/html"), "読めない形"),
    "broken json": (servers.returns(b'{"choices": [{"mess'), "読めない形"),
    "no choices": (servers.returns(b'{"id": "x", "choices": []}'), "読めない形"),
    "no message": (servers.returns(b'{"id": "x", "choices": [{"index": 0}]}'), "読めない形"),
    "a list": (servers.returns(b"[]"), "読めない形"),
    "no text": (servers.says("", finish="length"), "文章がありません.*max_tokens"),
}


CASES = [
    (case, stream) for case in FAILURES for stream in (False, True) if (case, stream) != ("no message", True)
]


@pytest.mark.parametrize("case, stream", CASES)
def test_each_failure_is_a_sentence_and_the_local_model_goes_on(monkeypatch, case, stream, capsys, caplog):
    caplog.set_level(logging.DEBUG)
    slept = []
    monkeypatch.setattr(chat.time, "sleep", slept.append)
    answer_of, expected = FAILURES[case]
    with (
        servers.chat(answer_of) as (far, far_requests),
        servers.chat(servers.says("手元の|答え", 9, 3)) as (near, near_requests),
    ):
        monkeypatch.setenv("LLMLAB_CHAT_LOCAL", f"{near}/v1/")
        service = connect(monkeypatch, "openai", far)
        budget = money(service)
        capsys.readouterr()
        answer = chat.ask(service, MESSAGES, budget=budget, stream=stream, timeout=0.4, seed=5)
        with pytest.raises(CourseError, match=expected) as raised:
            chat.ask(service, MESSAGES, budget=budget, stream=stream, timeout=0.4, fallback=False)
    assert len(far_requests) == 2 and slept == [], "one request a call, none repeated"
    assert answer.service == "local" and answer.text.replace("|", "") == "手元の答え"
    (near_request,) = near_requests
    assert near_request["body"]["messages"] == MESSAGES and near_request["body"]["seed"] == 5
    assert near_request["body"]["model"] == "SmolLM2-135M-Instruct"
    assert KEY not in json.dumps(near_request), "the key goes to its own service alone"
    assert answer.failure.count("。") == 1 and "手元のモデルで続けます" in answer.failure
    out = capsys.readouterr()
    assert answer.failure in out.out
    trace = traceback.TracebackException.from_exception(raised.value, capture_locals=True)
    ours = [frame for frame in trace.stack if frame.filename == chat.__file__]
    assert ours and trace.__context__ is None, "nothing of the client's error hangs on the sentence"
    seen = [out.out, out.err, caplog.text, str(raised.value), repr(raised.value), repr(answer)]
    seen += [repr(frame.locals) for frame in ours]
    seen += [
        repr(service),
        str(service),
        f"{service}",
        repr(service.key),
        str(service.key),
        repr(vars(budget)),
    ]
    assert not [text for text in seen if KEY in text]
    # What the service refused is free. What it may have written and we could not read is counted at its most:
    # two calls of 50 tokens in and 200 out, at 0.10 and 0.50 dollars a million.
    free = case[:3].isdigit() or case == "hang up"
    assert budget.spent == pytest.approx(0 if free else 2 * (50 * 0.10e-6 + 200 * 0.50e-6))


def test_nobody_listens(monkeypatch):
    with servers.chat(servers.says("近い")) as (near, requests):
        monkeypatch.setenv("LLMLAB_CHAT_LOCAL", f"{near}/v1/")
        service = connect(monkeypatch, "claude", closed_address())
        answer = chat.ask(service, MESSAGES, budget=money(service))
    assert "Claude につながりません" in answer.failure and answer.text == "近い" and len(requests) == 1


@pytest.mark.parametrize("header", [lambda: "1", lambda: in_seconds(2)], ids=["seconds", "date"])
def test_429_waits_once_when_it_is_short(monkeypatch, header, capsys):
    slept = []
    monkeypatch.setattr(chat.time, "sleep", slept.append)
    answers = servers.refuses(429, headers={"Retry-After": header()}), servers.says("二度目")
    with servers.chat(*answers) as (address, requests):
        service = connect(monkeypatch, "gemini", address)
        answer = chat.ask(service, MESSAGES, budget=money(service))
    assert answer.text == "二度目" and answer.service == "gemini" and len(requests) == 2
    assert len(slept) == 1 and 0 < slept[0] <= 2
    assert "秒待って、もう一度だけ送ります" in capsys.readouterr().out


def test_429_twice_is_enough(monkeypatch):
    monkeypatch.setattr(chat.time, "sleep", lambda _: None)
    with servers.chat(servers.refuses(429, headers={"Retry-After": "20"})) as (address, requests):
        service = connect(monkeypatch, "gemini", address)
        with pytest.raises(CourseError, match="あと 20 秒"):
            chat.ask(service, MESSAGES, budget=money(service), fallback=False)
    assert len(requests) == 2


def test_a_cut_stream_keeps_what_came_and_says_so(monkeypatch, capsys):
    with servers.chat(servers.says("途中|まで", cut=True)) as (address, requests):
        service = connect(monkeypatch, "openai", address)
        budget = money(service)
        answer = chat.ask(service, MESSAGES, budget=budget, stream=True)
    assert (answer.text, answer.cut, answer.finish) == ("途中まで", True, "")
    assert len(requests) == 1 and answer.failure == ""
    assert "途中まで\n（ChatGPT との通信が切れたので、答えはここまでです。）" in capsys.readouterr().out
    # Nobody counted the tokens: the plan's 50 and 50 at 0.10 and 0.50 dollars a million.
    assert budget.spent == pytest.approx(50 * 0.10e-6 + 50 * 0.50e-6)


def test_a_stream_that_goes_silent_keeps_what_came(monkeypatch):
    def silent(handler):
        piece = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m"}
        piece["choices"] = [{"index": 0, "delta": {"content": "ここ"}, "finish_reason": None}]
        handler.send_pieces([json.dumps(piece)], whole=False)
        handler.wfile.flush()
        time.sleep(1.5)

    with servers.chat(silent) as (address, _):
        service = connect(monkeypatch, "openai", address)
        answer = chat.ask(service, MESSAGES, budget=money(service), stream=True, timeout=0.4)
    assert (answer.text, answer.cut) == ("ここ", True)


def test_the_local_one_has_no_other_to_go_on(monkeypatch):
    service = connect(monkeypatch, "local", closed_address())
    with pytest.raises(CourseError, match="SmolLM2 につながりません.*chat.service"):
        chat.ask(service, MESSAGES)


# ---------------------------------------------------------------- what it costs


def priced(price_in=1.0, price_out=10.0, **changes):
    row = {"name": "openai", "company": "OpenAI", "product": "ChatGPT", "base_url": "http://127.0.0.1:9/v1/"}
    row |= {"model": "m", "key": chat.Key(KEY), "price_in": price_in, "price_out": price_out, "accepts": ()}
    row |= {"limit": "max_tokens", "extra": {}, "usage_in_stream": True, "checked": True}
    row |= {"date": datetime.date(2026, 1, 2), "sources": ("https://example.org/prices",)} | changes
    return chat.Service(**row)


def test_the_question_names_calls_cost_cap_source_and_personal_data(capsys):
    asked = []
    # 20 calls x (300 x 1 + 100 x 10) / 1,000,000 = 0.026 dollars
    budget = chat.Budget(priced(), 20, 300, 100, 0.5, answer=lambda text: asked.append(text) or "はい")
    assert budget.estimate == pytest.approx(0.026)
    budget.confirm()
    budget.confirm()
    assert len(asked) == 1, "one question for the whole series"
    said = capsys.readouterr().out
    for needed in (
        "20 回",
        "0.0260 ドル",
        "0.5000 ドル",
        "2026-01-02",
        "https://example.org/prices",
        "個人情報",
    ):
        assert needed in said, needed
    chat.Budget(priced(checked=False), 1, 1, 1, 1.0, answer=lambda _: "y").confirm()
    assert "未確認" in capsys.readouterr().out


def no_terminal(_):
    from IPython.core.error import StdinNotImplementedError

    raise StdinNotImplementedError("raw_input was called, but this frontend does not support input requests.")


def end_of_input(_):
    raise EOFError


@pytest.mark.parametrize(
    "answer, sentence",
    [
        (lambda _: "n", "やめました"),
        (lambda _: "", "やめました"),
        (no_terminal, "確認の入力ができない"),
        (end_of_input, "確認の入力ができない"),
        (None, "確認の入力ができない"),  # the real input(), with pytest before it instead of a person
    ],
)
def test_nothing_is_sent_without_a_yes(monkeypatch, answer, sentence):
    with servers.chat(servers.says("高い")) as (address, requests):
        service = connect(monkeypatch, "openai", address)
        extra = {} if answer is None else {"answer": answer}
        budget = chat.Budget(service, 3, 50, 50, 1.0, **extra)
        for _ in range(2):
            with pytest.raises(CourseError, match=sentence):
                chat.ask(service, MESSAGES, budget=budget)
    assert requests == [] and budget.made == 0


def test_a_paid_service_is_not_asked_without_a_budget_of_its_own(monkeypatch):
    with servers.chat(servers.says("高い")) as (address, requests):
        service = connect(monkeypatch, "openai", address)
        other = connect(monkeypatch, "claude", address)
        for budget in (None, money(other)):
            with pytest.raises(CourseError, match="有料"):
                chat.ask(service, MESSAGES, budget=budget)
    assert requests == []


def test_too_dear_a_plan_and_an_unknown_price_are_refused():
    with pytest.raises(CourseError, match=r"見積もり 0\.0260 ドルが上限 0\.0200"):
        chat.Budget(priced(), 20, 300, 100, 0.02, answer=lambda _: "y").confirm()
    with pytest.raises(CourseError, match="料金がわからない"):
        chat.Budget(priced(price_out=None), 1, 1, 1, 1.0, answer=lambda _: "y").confirm()


def test_the_calls_run_out(monkeypatch):
    with servers.chat(servers.says("はい", 10, 2)) as (address, requests):
        service = connect(monkeypatch, "openai", address)
        budget = money(service, calls=2)
        for _ in range(2):
            chat.ask(service, MESSAGES, budget=budget)
        with pytest.raises(CourseError, match="予定の 2 回"):
            chat.ask(service, MESSAGES, budget=budget)
    assert len(requests) == 2
    assert budget.spent == pytest.approx(2 * (10 * 0.10e-6 + 2 * 0.50e-6))


def test_the_cap_stops_before_it_is_exceeded(monkeypatch):
    # A prompt of at most 100 bytes and 1,000 tokens of answer cost at most 0.000010 + 0.000500 dollars.
    messages = [{"role": "user", "content": "a" * 84}]
    with servers.chat(servers.says("はい", 100, 1000)) as (address, requests):
        service = connect(monkeypatch, "openai", address)
        budget = chat.Budget(service, 10, 10, 10, 0.0012, answer=lambda _: "y")
        for _ in range(2):
            chat.ask(service, messages, budget=budget, max_tokens=1000)
        with pytest.raises(CourseError, match="上限 0.0012 ドル.*これまで 2 回、0.0010 ドル"):
            chat.ask(service, messages, budget=budget, max_tokens=1000)
    assert len(requests) == 2 and budget.spent <= 0.0012


def test_the_local_one_costs_nothing_and_asks_nothing(monkeypatch, capsys):
    def never(_):
        raise AssertionError("asked")

    with servers.chat(servers.says("ただ")) as (address, requests):
        service = connect(monkeypatch, "local", address)
        budget = chat.Budget(service, 1, 50, 50, 0.0, answer=never)
        for _ in range(3):
            chat.ask(service, MESSAGES, budget=budget)
    assert (budget.estimate, budget.spent, len(requests)) == (0.0, 0.0, 3)
    assert capsys.readouterr().out == ""


# ---------------------------------------------------------------- the local server

STUB = """\
import http.server, json, os, sys, threading
from llmlab import serve
threading.Thread(target=serve._end_with_parent, daemon=True).start()
print("ready", sorted(name for name in os.environ if name.endswith("_API_KEY")), os.environ["HF_HUB_OFFLINE"], flush=True)
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"status": "ok"}')
http.server.HTTPServer(("127.0.0.1", int(sys.argv[2])), Handler).serve_forever()
"""


@pytest.fixture
def stub(tmp_path, monkeypatch):
    """Puts a small program in the place of ``transformers serve``, and a small folder in that of the model."""
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    (folder / "generation_config.json").write_text('{"eos_token_id": 2, "do_sample": false}')
    monkeypatch.setattr(serve.models, "path", lambda role: folder)

    def put(program):
        (tmp_path / "program.py").write_text(program)
        monkeypatch.setattr(serve, "COMMAND", (str(tmp_path / "program.py"),))

    put(STUB)
    yield put
    if serve._running is not None:
        serve._running.stop()


def gone(pid, seconds=10):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":  # ended; whoever adopted it has not looked yet
            return True
        time.sleep(0.05)
    return False


def test_one_server_for_all_and_none_afterwards(stub, monkeypatch, capsys):
    monkeypatch.delenv("LLMLAB_CHAT_LOCAL")
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with chat.local() as server:
        assert chat.local() is server
        assert chat.service("local").base_url == f"http://127.0.0.1:{server.port}/v1/" == server.base_url
        assert server.running and server.log().startswith("ready [] 1"), "no key goes to the server's process"
        written = json.loads((server.scratch / server.model / "generation_config.json").read_text())
        assert written["do_sample"] is True and written["eos_token_id"] == 2
        assert (server.scratch / server.model / "config.json").read_text() == "{}"
    assert not server.running and gone(server.pid) and not server.scratch.exists()
    assert "のサーバーを起動しています" in capsys.readouterr().out
    again = chat.local()
    assert again is not server and again.running
    again.stop()


def test_a_dead_server_is_started_again(stub):
    first = chat.local()
    os.kill(first.pid, signal.SIGKILL)
    first._process.wait(timeout=10)
    second = chat.local()
    assert second is not first and second.running and not first.scratch.exists()


@pytest.mark.parametrize(
    "program, sentence",
    [
        ("raise MemoryError('no room')", "メモリーが足りない.*MemoryError: no room"),
        ("import os; os.kill(os.getpid(), 9)", "メモリーが足りない"),
        (
            "print('[Errno 98] error while attempting to bind on address'); exit(1)",
            "ポートが先に使われた.*Errno 98",
        ),
        ("import a_package_that_is_not_here", "パッケージが足りない.*ModuleNotFoundError"),
        ("print('first'); print('the last line'); exit(3)", "カーネルを再起動.*最後の行: the last line"),
        ("import time; print('slow', flush=True); time.sleep(60)", "時間内に答えない.*最後の行: slow"),
    ],
)
def test_a_server_that_does_not_start_is_one_error_and_no_process(stub, program, sentence, monkeypatch):
    stub(program)
    started = []
    real = serve.Server._launch
    monkeypatch.setattr(serve.Server, "_launch", lambda self: (started.append(self), real(self))[1])
    with pytest.raises(CourseError, match=sentence):
        serve.start(patience=1.5)
    assert gone(started[0].pid) and not started[0].scratch.exists() and serve._running is None


def test_a_port_in_use_and_a_missing_package(stub, monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(CourseError, match=r"ポート \d+ はほかのプログラム.*chat\.local\(\)"):
            chat.local(taken.getsockname()[1])
    monkeypatch.setattr(serve, "NEEDED", ("json", "not_a_package"))
    with pytest.raises(CourseError, match="pip install not_a_package"):
        chat.local()


def test_loopback_needs_no_proxy(stub, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "example.org")
    monkeypatch.setenv("no_proxy", "")
    with chat.local():
        assert os.environ["NO_PROXY"] == "example.org,127.0.0.1" and os.environ["no_proxy"] == "127.0.0.1"


PARENT = """\
import json, os, sys, time
from llmlab import chat
{before}
service = chat.service("local")
from llmlab import serve
print(json.dumps({{"pid": serve._running.pid, "scratch": str(serve._running.scratch)}}), flush=True)
{after}
"""


def parent(before, after, **options):
    code = PARENT.format(before=before, after=after)
    environment = {name: value for name, value in os.environ.items() if name != "LLMLAB_CHAT_LOCAL"}
    environment["PYTHONPATH"] = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    return subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=environment, **options
    )


def result(process):
    """The next line of JSON that the parent prints."""
    for line in process.stdout:
        if (at := line.find('{"')) >= 0:
            return json.loads(line[at:])
    raise AssertionError("the parent ended without a word")


@pytest.mark.parametrize("end", ["returns", "raises", signal.SIGTERM, signal.SIGKILL])
def test_no_process_outlives_whoever_started_it(tmp_path, end):
    (tmp_path / "program.py").write_text(STUB)
    before = f"from llmlab import serve; serve.COMMAND = ({str(tmp_path / 'program.py')!r},)"
    after = {"returns": "", "raises": "raise SystemExit(3)"}.get(end, "time.sleep(60)")
    with parent(before, after) as process:
        found = result(process)
        if isinstance(end, signal.Signals):
            process.send_signal(end)
        process.wait(timeout=20)
    assert gone(found["pid"]) and not Path(found["scratch"]).exists()


REAL_USE = """
started = serve._running.seconds
ask = lambda text, **options: chat.ask(service, [{"role": "user", "content": text}], **options)
first = ask("Name three fruits.", max_tokens=24, temperature=0.0)
again = ask("Name three fruits.", max_tokens=24, temperature=0.0, stream=True)
warm = [ask("Tell me a story.", max_tokens=12, temperature=1.5, seed=seed).text for seed in (1, 1, 2)]
begun = time.monotonic()
timed = ask("Tell me a long story.", max_tokens=40, temperature=1.0, seed=1)
speed = timed.tokens_out / (time.monotonic() - begun)
print()
print(json.dumps({"first": vars(first), "again": vars(again), "warm": warm, "started": started, "speed": speed}), flush=True)
time.sleep(60)
"""


def test_the_real_server_answers_and_goes_with_its_parent():
    """``transformers serve`` with SmolLM2, started once: greedy, streamed, sampled with a seed, then SIGTERM."""
    with parent("", REAL_USE) as process:
        try:
            found = result(process)
            said = result(process)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=20)
    assert gone(found["pid"]) and not Path(found["scratch"]).exists()
    first, again = said["first"], said["again"]
    assert first["service"] == "local" and first["model"] == "SmolLM2-135M-Instruct"
    assert first["text"] and again["text"] == first["text"], "temperature 0 gives one answer, streamed or not"
    assert 0 < first["tokens_out"] <= 24 and first["tokens_in"] > 5 and first["finish"] in ("stop", "length")
    one, same, other = said["warm"]
    assert one == same != other, "the temperature works and the seed decides"
    print(f"\n起動 {said['started']:.1f} 秒、{said['speed']:.1f} トークン/秒")
