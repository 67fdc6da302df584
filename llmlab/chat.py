"""Four chat services behind one client: a local model, OpenAI, Gemini, Claude; what fails, and what it costs.

The call itself, ``client.chat.completions.create(…)``, is the lesson's and stands in the notebook. Here is
what surrounds it: addresses and keys, one sentence for each failure, a cap on the money.
"""

import datetime
import email.utils
import functools
import os
import time
from dataclasses import dataclass, field, replace

from llmlab import data, serve
from llmlab.errors import CourseError

SETTING = "LLMLAB_CHAT"
# Where another address than the manifest's is written, for example LLMLAB_CHAT_OPENAI.
ADDRESS = "LLMLAB_CHAT_{}"
LONGEST_WAIT = 20
YES = {"y", "yes", "はい"}


class Key(str):
    """A key that a request can carry and nobody sees: ``repr`` and ``print`` show ``(秘密)``."""

    __slots__ = ()

    def __repr__(self):
        return "(秘密)"

    __str__ = __repr__

    def __format__(self, spec):
        # The client writes f"Bearer {key}": there the key itself is wanted.
        return format(str.__str__(self), spec)


@dataclass(frozen=True, eq=False)
class Service:
    """One chat service: what a client needs to reach it, and what it costs.

    Attributes
    ----------
    name, company, product
        ``local``, ``openai``, ``gemini`` or ``claude``; who offers it; what it is called.
    base_url, key, model
        What ``OpenAI(base_url=…, api_key=…)`` and ``create(model=…)`` need.
    price_in, price_out
        US dollars for a million tokens of prompt and of answer; None where nobody knows.
    accepts, limit, extra, usage_in_stream
        The sampling parameters that it obeys and how it wants to be asked, see ``data/services.toml``.
    date, sources, checked
        When and where these facts were read.
    """

    name: str
    company: str
    product: str
    base_url: str
    model: str
    key: Key = field(repr=False)
    price_in: float | None
    price_out: float | None
    accepts: tuple
    limit: str
    extra: dict = field(repr=False)
    usage_in_stream: bool = field(repr=False)
    date: datetime.date
    sources: tuple = field(repr=False)
    checked: bool

    @property
    def paid(self) -> bool:
        """Whether a call may cost money."""
        return self.name != "local"


@dataclass(frozen=True)
class Answer:
    """What came back from :func:`ask`.

    Attributes
    ----------
    text
        The answer; what had arrived when ``cut``.
    service, model
        Who answered; after a failure the local model.
    tokens_in, tokens_out
        As the service counted them; None when it did not say.
    finish
        ``stop`` or ``length`` as the service reports it, ``""`` when ``cut``.
    cut
        Whether the connection broke in the middle.
    failure
        The sentence on what failed before another service answered, else ``""``.
    """

    text: str
    service: str
    model: str
    tokens_in: int | None = None
    tokens_out: int | None = None
    finish: str = ""
    cut: bool = False
    failure: str = ""


def local(port: int | None = None) -> serve.Server:
    """Return the local server, started when it does not run yet; ``with chat.local():`` stops it afterwards.

    Raises
    ------
    CourseError
        When it does not start: a missing package, a taken port, too little memory.
    """
    return serve.start(port)


def service(name: str | None = None, *, base_url: str | None = None, model: str | None = None) -> Service:
    """Return a chat service, ready to be asked; without its key, the local one after a sentence.

    Parameters
    ----------
    name
        ``local``, ``openai``, ``gemini`` or ``claude``; without it the environment variable
        ``LLMLAB_CHAT``, else ``local``. The local one starts its server.
    base_url, model
        Another address (also by ``LLMLAB_CHAT_OPENAI`` and the like) or model than the manifest's.

    Raises
    ------
    CourseError
        An unknown name; a local server that does not start.
    """
    rows = data.load("services.toml")
    chosen = name or os.environ.get(SETTING) or "local"
    if chosen not in rows:
        raise CourseError(
            f"チャットの相手「{chosen}」はありません。環境変数 {SETTING} か chat.service(…) に、"
            f"{'、'.join(rows)} のどれかを書いてください。"
        )
    if chosen != "local":
        return remote(chosen, base_url=base_url, model=model) or service("local")
    row = _row(chosen, base_url, model)
    if not row["base_url"]:
        server = local()
        row |= {"base_url": server.base_url, "model": server.model}
    return Service(name=chosen, key=Key("local"), **row)  # the server asks for no key, the client for something


def remote(name: str, *, base_url: str | None = None, model: str | None = None) -> Service | None:
    """Return a paid service, or None after a sentence when its key is missing or cannot be one.

    Parameters
    ----------
    name, base_url, model
        As in :func:`service`.
    """
    row, variable = _row(name, base_url, model), data.load("services.toml")[name]["key"]
    key = Key(_find_key(variable))
    if not key:
        print(
            f"{row['product']} のキーがないので、手元のモデルで続けます（{row['product']} を使うときは、環境変数 "
            f"{variable} か、Colab の左の鍵のマーク「シークレット」に {variable} という名前で入れてください）。"
        )
        return None
    if not (key.isascii() and key.isprintable() and " " not in key):
        print(
            f"{variable} に全角の文字か空白が混ざっているので、手元のモデルで続けます"
            f"（キーだけを、もう一度はりつけてください）。"
        )
        return None
    return Service(name=name, key=key, **row)


def _row(name: str, base_url: str | None, model: str | None) -> dict:
    """Return what the manifest says of a service, as Service takes it; the key is left out."""
    row = {"price_in": None, "price_out": None, "extra": {}} | data.load("services.toml")[name]
    del row["key"]
    row["base_url"] = base_url or os.environ.get(ADDRESS.format(name.upper())) or row["base_url"]
    row["model"] = model or row["model"]
    return row | {"accepts": tuple(row["accepts"]), "sources": tuple(row["sources"])}


def _local() -> Service:
    return service("local")


def _find_key(variable: str) -> str:
    """Return a key from the environment or from Colab's secrets, else nothing."""
    if found := os.environ.get(variable, "").strip():
        return found
    try:
        from google.colab import userdata

        return (userdata.get(variable) or "").strip()
    except Exception:  # not Colab; no such secret; access not granted; the question was left unanswered
        return ""


class Budget:
    """The money for a series of paid calls: says what they will cost, asks, counts, stops at the cap.

    A local service costs nothing and asks nothing.

    Parameters
    ----------
    service
        Who will be paid.
    calls
        How many calls are planned; no more are let through.
    tokens_in, tokens_out
        Tokens of prompt and of answer that one call is expected to need.
    cap_usd
        US dollars that must not be exceeded.
    answer
        The function that asks for a yes; ``input`` unless a test brings its own.

    Attributes
    ----------
    made, spent
        Calls so far and what they cost.
    """

    def __init__(
        self, service: Service, calls: int, tokens_in: int, tokens_out: int, cap_usd: float, answer=input
    ):
        self.service = service
        self.calls = calls
        self.tokens_in = tokens_in
        self.tokens_out = tokens_out
        self.cap_usd = cap_usd
        self.made = 0
        self.spent = 0.0
        self._answer = answer
        self._agreed = not service.paid

    @property
    def estimate(self) -> float:
        """US dollars that all planned calls are expected to cost."""
        return self.calls * self._price(self.tokens_in, self.tokens_out)

    def _price(self, tokens_in: int, tokens_out: int) -> float:
        if not self.service.paid:
            return 0.0
        return (tokens_in * self.service.price_in + tokens_out * self.service.price_out) / 1e6

    def confirm(self) -> None:
        """Say how many calls will be made and what they cost, and ask; nothing is sent without a yes.

        Raises
        ------
        CourseError
            The estimate exceeds the cap; the price is unknown; the answer was no; nobody can be asked.
        """
        if self._agreed:
            return
        who = self.service
        if who.price_in is None or who.price_out is None:
            raise CourseError(
                f"{who.product} の料金がわからないので送りません。data/services.toml に料金と日付を書いてください。"
            )
        if self.estimate > self.cap_usd:
            raise CourseError(
                f"見積もり {self.estimate:.4f} ドルが上限 {self.cap_usd:.4f} ドルを超えるので送りません。"
                "回数か長さを減らすか、上限を上げてください。"
            )
        seen = f"{who.date} に確認" if who.checked else "未確認"
        print(
            f"{who.company} の {who.model} に {self.calls} 回送ります。費用の見積もりは {self.estimate:.4f} ドル、"
            f"上限は {self.cap_usd:.4f} ドルです（料金は{seen}: {who.sources[0]}）。\n"
            "送った文章は会社のサーバーに残ることがあります。個人情報（名前、連絡先、学籍番号、成績など）や、"
            "人から預かった文章は送らないでください。",
            flush=True,
        )
        try:
            said = self._answer("送ってよければ y を入力してください: ")
        except (EOFError, NotImplementedError, OSError):  # a kernel, or a program, that nobody sits before
            raise CourseError(
                "ここでは確認の入力ができないので送りません。ノートブックを開いて、このセルを手で動かしてください。"
            ) from None
        if str(said).strip().lower() not in YES:
            raise CourseError(
                "送るのをやめました。手元のモデルを使うときは、chat.service('local') にしてください。"
            )
        self._agreed = True

    def take(self, tokens_in: int | None = None, tokens_out: int | None = None) -> None:
        """Let one call through, before it is made; the first one asks.

        Parameters
        ----------
        tokens_in, tokens_out
            The most that this call can need; the plan's numbers otherwise.

        Raises
        ------
        CourseError
            As :meth:`confirm`; the calls are used up; the call could exceed the cap.
        """
        self.confirm()
        if not self.service.paid:
            return
        if self.made >= self.calls:
            raise CourseError(
                f"予定の {self.calls} 回を使い切ったので送りません（これまで {self.spent:.4f} ドル）。"
                "続けるときは、新しい Budget を作ってください。"
            )
        most = self._price(
            self.tokens_in if tokens_in is None else tokens_in,
            self.tokens_out if tokens_out is None else tokens_out,
        )
        if self.spent + most > self.cap_usd:
            raise CourseError(
                f"次の 1 回で上限 {self.cap_usd:.4f} ドルを超えるおそれがあるので送りません"
                f"（これまで {self.made} 回、{self.spent:.4f} ドル）。続けるときは、新しい Budget を作ってください。"
            )
        self.made += 1

    def count(self, tokens_in: int | None, tokens_out: int | None) -> None:
        """Add what a call has used, as the service counted it; what it did not count, as planned."""
        self.spent += self._price(
            self.tokens_in if tokens_in is None else tokens_in,
            self.tokens_out if tokens_out is None else tokens_out,
        )


class Failure(Exception):
    """A call that brought no answer.

    Attributes
    ----------
    what, advice
        What happened and what to do: a Japanese clause each, without a full stop.
    wait
        Seconds that the service asks to wait, or None.
    billed
        Whether the service may have made an answer all the same, and charge for it.
    """

    def __init__(self, what: str, advice: str, wait: float | None = None, billed: bool = False):
        super().__init__(what)
        self.what, self.advice, self.wait, self.billed = what, advice, wait, billed


def ask(
    service: Service,
    messages: list[dict],
    *,
    stream: bool = False,
    max_tokens: int = 200,
    temperature: float | None = None,
    top_p: float | None = None,
    seed: int | None = None,
    budget: Budget | None = None,
    timeout: float = 60,
    fallback: bool = True,
) -> Answer:
    """Make the notebook's call once, with a sentence for every failure; then the local model goes on.

    Parameters
    ----------
    service, messages
        Who is asked; the conversation, as in ``client.chat.completions.create``.
    stream
        Print the answer as it comes.
    max_tokens, temperature, top_p, seed
        As in the call; a parameter that the service does not obey is left out.
    budget
        The money; a paid service is not asked without one.
    timeout
        Seconds without a sign of life.
    fallback
        Whether the local model answers when a paid service fails.

    Raises
    ------
    CourseError
        A paid service without a budget, or beyond it; a failure without fallback; the local server failed.
    """
    if service.paid:
        if budget is None or budget.service.name != service.name:
            raise CourseError(
                f"{service.product} は有料です。chat.Budget(service, calls=…, tokens_in=…, tokens_out=…, cap_usd=…) を作り、"
                "budget=… に渡してください。"
            )
        # A token is at least one byte: no prompt costs more than this.
        budget.take(sum(len(str(message["content"]).encode()) + 16 for message in messages), max_tokens)
    asked = {"temperature": temperature, "top_p": top_p, "seed": seed}
    given = {key: value for key, value in asked.items() if value is not None}
    options = {key: value for key, value in given.items() if key in service.accepts}
    _say_left_out(service, tuple(key for key in given if key not in service.accepts))
    options |= {service.limit: max_tokens, **service.extra}
    if stream and service.usage_in_stream:
        options["stream_options"] = {"include_usage": True}
    request = {"model": service.model, "messages": messages, "stream": stream, **options}
    try:
        answer = patiently(lambda: _call(service, request, timeout))
    except Failure as failure:
        what, advice = failure.what, failure.advice
        if budget is not None and failure.billed:
            budget.count(None, max_tokens)
    else:
        if budget is not None:
            budget.count(answer.tokens_in, answer.tokens_out)
        return answer
    if not (service.paid and fallback):
        raise CourseError(f"{what}。{advice}。")
    sentence = f"{what}ので、手元のモデルで続けます（{advice}）。"
    print(sentence, flush=True)
    answer = ask(
        _local(),
        messages,
        stream=stream,
        max_tokens=max_tokens,
        temperature=temperature,
        top_p=top_p,
        seed=seed,
        timeout=max(timeout, 60),
    )
    return replace(answer, failure=sentence)


def patiently(call):
    """Return what a call returns; when the service asks to wait a little, wait and call once more.

    Parameters
    ----------
    call
        A function without arguments.

    Raises
    ------
    Failure
        As the call raises it.
    """
    try:
        return call()
    except Failure as failure:
        if failure.wait is None or failure.wait > LONGEST_WAIT:
            raise
        print(f"{failure.what}ので、{failure.wait:.0f} 秒待って、もう一度だけ送ります。", flush=True)
        time.sleep(failure.wait)
        return call()


@functools.cache
def _say_left_out(service: Service, parameters: tuple) -> None:
    """Say once, not at every call, what the service does not obey."""
    if parameters:
        print(
            f"{service.product}（{service.model}）は {'、'.join(parameters)} に従わないので、送りません。",
            flush=True,
        )


@functools.lru_cache(maxsize=8)
def client(base_url: str, key: Key):
    """Return a client of the package ``openai``, the same one each time: making one costs a quarter of a second."""
    import openai

    # Retrying is decided in ask, where the student reads about it.
    return openai.OpenAI(base_url=base_url, api_key=key, max_retries=0)


def _call(service: Service, request: dict, timeout: float) -> Answer:
    """Send one request; raise Failure when no text came back."""
    try:
        response = client(service.base_url, service.key).chat.completions.create(**request, timeout=timeout)
        if request["stream"]:
            return _read_stream(service, response)
    except Failure:
        raise
    except Exception as error:
        failure = explain(service, error, timeout)
    else:
        return _read(service, response)
    if failure is None:
        raise CourseError(
            f"{service.product} に送る内容が正しくありません。messages の形を確かめてください。"
        )
    raise failure


def _read(service: Service, response) -> Answer:
    choices = getattr(response, "choices", None)
    message = getattr(choices[0], "message", None) if choices else None
    if message is None:
        raise malformed(service)
    if not message.content:
        raise _empty(service)
    used = response.usage
    return Answer(
        text=message.content,
        service=service.name,
        model=service.model,
        tokens_in=getattr(used, "prompt_tokens", None),
        tokens_out=getattr(used, "completion_tokens", None),
        finish=choices[0].finish_reason or "",
    )


def _read_stream(service: Service, chunks) -> Answer:
    """Print the pieces as they come; a break after the first one keeps what has come."""
    pieces, finish, used, seen = [], "", None, False
    try:
        for chunk in chunks:
            used = getattr(chunk, "usage", None) or used
            for choice in (chunk.choices or [])[:1]:
                seen = True
                finish = choice.finish_reason or finish
                if choice.delta and choice.delta.content:
                    pieces.append(choice.delta.content)
                    print(choice.delta.content, end="", flush=True)
    except Exception:
        if not pieces:
            raise
    if not pieces:
        raise _empty(service) if seen and finish else malformed(service)
    print(flush=True)
    if not finish:
        print(f"（{service.product} との通信が切れたので、答えはここまでです。）", flush=True)
    return Answer(
        text="".join(pieces),
        service=service.name,
        model=service.model,
        tokens_in=getattr(used, "prompt_tokens", None),
        tokens_out=getattr(used, "completion_tokens", None),
        finish=finish,
        cut=not finish,
    )


def malformed(service: Service) -> Failure:
    """Return the failure of an answer that cannot be read."""
    return Failure(
        f"{service.product} から、読めない形の答えが返ってきました",
        "アドレスを確かめるか、しばらくしてからもう一度動かしてください",
        billed=True,
    )


def _empty(service: Service) -> Failure:
    return Failure(
        f"{service.product} の答えに文章がありません",
        "max_tokens を増やして、もう一度動かしてください",
        billed=True,
    )


def explain(service: Service, error: Exception, timeout: float) -> Failure | None:
    """Turn an error of the client into a sentence without a word of the server's: it may repeat the key."""
    import openai

    product, code = service.product, getattr(error, "status_code", None)
    if code is not None:
        wait = _retry_after(error.response) if code in (429, 503, 529) else None
        if code == 429 and getattr(error, "code", None) == "insufficient_quota":
            return Failure(f"{product} の残高か上限が足りません（429）", "会社の管理画面で確かめてください")
        if code == 429:
            rest = "" if wait is None else f"、あと {wait:.0f} 秒"
            return Failure(
                f"{product} に送れる回数の上限に達しています（429{rest}）",
                "その時間がたってから、もう一度動かしてください",
                wait,
            )
        if code == 401:
            return Failure(
                f"{product} がキーを受け付けません（401）", "キーを作り直して、入れ直してください"
            )
        if code == 403:
            return Failure(
                f"{product} がこのキーでの利用を許していません（403）",
                "会社の管理画面で、キーの権限を確かめてください",
            )
        if code == 404:
            return Failure(
                f"{product} にモデル {service.model} がありません（404）",
                "data/services.toml（画像は data/images/services.toml）の model を、いまあるモデルに直してください",
            )
        if code >= 500:
            return Failure(
                f"{product} の側で障害が起きています（{code}）",
                "しばらくしてから、もう一度動かしてください",
                wait,
            )
        return Failure(
            f"{product} がこの送り方を受け付けません（{code}）",
            "文章の長さと内容、チャットなら messages の形を確かめてください",
        )
    if isinstance(error, openai.APITimeoutError) or "Timeout" in type(error).__name__:
        return Failure(
            f"{product} が {timeout:g} 秒たっても答えません",
            "しばらくしてから、もう一度動かしてください",
            billed=True,
        )
    if isinstance(error, openai.APIConnectionError | OSError):
        return Failure(
            f"{product} につながりません",
            "ネットワークを確かめてください"
            if service.paid
            else "chat.service('local') を、もう一度動かしてください",
        )
    if isinstance(error, openai.APIError | ValueError):
        return malformed(service)
    # Before version 3 the client let errors of its transport through while a stream was read.
    if type(error).__module__.partition(".")[0] in ("httpx", "httpx2", "httpcore", "httpcore2"):
        return malformed(service)
    return None


def _retry_after(response) -> float | None:
    """Return the seconds of a ``Retry-After`` header, a number or a date; None without one."""
    text = response.headers.get("retry-after", "")
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    try:
        until = email.utils.parsedate_to_datetime(text)
        return max(0.0, (until - datetime.datetime.now(datetime.UTC)).total_seconds())
    except (ValueError, TypeError):  # no date either, or one without a time zone
        return None
