"""OpenAI's images API with the rules of llmlab.chat: the key, the money, one sentence for each failure.

The local model goes on when a picture does not come: :func:`draw` then returns None, and the caller draws itself.
"""

import base64
import binascii
import dataclasses
import io

from llmlab import chat, data
from llmlab.errors import CourseError

PRODUCT = "GPT Image"


def service() -> chat.Service | None:
    """Return OpenAI's image model of data/images/services.toml; without a key, None after a sentence."""
    found = chat.remote("openai")
    if found is None:
        return None
    row = next(row for row in data.load("images/services.toml")["service"] if row["product"] == PRODUCT)
    own = {name: row[name] for name in ("product", "model", "price_in", "price_out", "date", "checked")}
    return dataclasses.replace(found, sources=tuple(row["sources"]), **own)


def draw(
    service: chat.Service,
    prompt: str,
    budget: chat.Budget,
    *,
    size: str = "1024x1024",
    quality: str = "low",
    timeout: float = 120,
):
    """Ask for one picture; return it as a ``PIL.Image.Image``, or None after a sentence on what failed.

    Parameters
    ----------
    service, budget
        From :func:`service`; the money, which is asked about before the first call.
    prompt
        What the picture shows.
    size, quality
        As the images API names them: width and height in pixels; ``low``, ``medium`` or ``high``.
    timeout
        Seconds without a sign of life.

    Raises
    ------
    CourseError
        A budget for another service; what :meth:`llmlab.chat.Budget.take` refuses.
    """
    if budget.service.model != service.model:
        raise CourseError(
            f"この Budget は {budget.service.model} のものです。chat.Budget(service, …) に、画像のサービスを渡してください。"
        )
    budget.take(tokens_in=len(prompt.encode()) + 16)  # a token is at least one byte

    def call():
        try:
            response = chat.client(service.base_url, service.key).images.generate(
                model=service.model, prompt=prompt, size=size, quality=quality, n=1, timeout=timeout
            )
        except Exception as error:
            failure = chat.explain(service, error, timeout)
            if failure is None:
                raise
            raise failure from None
        return response, _picture(service, response)

    try:
        response, picture = chat.patiently(call)
    except chat.Failure as failure:
        if failure.billed:
            budget.count(None, None)
        print(f"{failure.what}ので、手元のモデルで続けます（{failure.advice}）。", flush=True)
        return None
    used = response.usage
    budget.count(getattr(used, "input_tokens", None), getattr(used, "output_tokens", None))
    return picture


def _picture(service: chat.Service, response):
    from PIL import Image

    try:
        picture = Image.open(io.BytesIO(base64.b64decode(response.data[0].b64_json, validate=True)))
        picture.load()
        return picture
    except (AttributeError, TypeError, IndexError, binascii.Error, OSError):
        raise chat.malformed(service) from None
