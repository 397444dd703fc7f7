"""What an answer means: a value, or one of the errors in `errors`."""

from __future__ import annotations

from typing import Any, TypeVar

from ._model import decode
from ._operation import Answer, Operation
from .errors import DecodeError, Exchange, status_error
from .transport import Request, Response

T = TypeVar("T")


def outcome(operation: Operation[T], request: Request, response: Response) -> T:
    """The result of a call. Raises StatusError and DecodeError."""
    answer = success(operation, request, response)
    try:
        value: T = _decoded(answer, response.headers.get("content-type", ""), response.body)
    except DecodeError as error:
        raise DecodeError(error.reason, exchange(request, response)) from None
    return value


def success(operation: Operation[Any], request: Request, response: Response) -> Answer:
    """The documented success that `response` is. Raises StatusError when it is none."""
    answer = operation.answers.get(response.status)
    if answer is None:
        documented = response.status in operation.failures
        raise status_error(response.status, documented)("", exchange(request, response))
    return answer


def exchange(request: Request, response: Response) -> Exchange:
    """What an error tells about a request and its answer."""
    return Exchange(request.method, request.shown, response.status, response.headers, response.body)


def _decoded(answer: Answer, content_type: str, content: bytes) -> Any:
    if answer.media_type is None:
        return None
    if content_type != answer.media_type:
        _check_media_type(answer.media_type, content_type.partition(";")[0].strip().lower())
    if _is_json(answer.media_type):
        return decode(content, answer.type)
    if answer.type is str:
        try:
            return content.decode()
        except UnicodeDecodeError as error:
            raise DecodeError(f"not UTF-8: {error.reason} at byte {error.start}") from None
    return content


def _check_media_type(wanted: str, given: str) -> None:
    both_json = _is_json(wanted) and _is_json(given)
    if given and given != wanted and not both_json:
        raise DecodeError(f"expected {wanted}, got {given}")


def _is_json(media_type: str) -> bool:
    return media_type == "application/json" or media_type.endswith("+json")
