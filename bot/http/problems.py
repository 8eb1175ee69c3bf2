"""Errors over HTTP as problem documents (RFC 9457): a code for programs and a sentence for people."""

import secrets
from collections.abc import Mapping

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from domain.errors import RuleBroken
from storage.database import DatabaseUnavailable

log = structlog.get_logger()


def problem(
    status: int, code: str, detail: str, *, errors: Mapping[str, str] | None = None, **more: object
) -> JSONResponse:
    """Return a problem document; `errors` holds a sentence for each field, `more` what this kind of problem knows."""
    document = {"status": status, "code": code, "detail": detail} | ({"errors": dict(errors)} if errors else {}) | more
    return JSONResponse(document, status_code=status, media_type="application/problem+json")


def handle_problems(app: FastAPI) -> None:
    """Turn what an endpoint raises into a problem document, here and nowhere else."""

    @app.exception_handler(RequestValidationError)
    async def invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        errors = {".".join(map(str, fault["loc"][1:])): fault["msg"] for fault in error.errors()}
        return problem(422, "INVALID", "The document is not as expected.", errors=errors)

    @app.exception_handler(DatabaseUnavailable)
    async def no_database(_request: Request, error: DatabaseUnavailable) -> JSONResponse:
        return problem(503, error.code, str(error))

    @app.exception_handler(RuleBroken)
    async def refused(_request: Request, error: RuleBroken) -> JSONResponse:
        answer = problem(getattr(error, "status", 422), error.code, str(error))
        if wait := getattr(error, "retry_after", None):
            answer.headers["Retry-After"] = str(wait)
        return answer

    @app.exception_handler(Exception)
    async def unknown(_request: Request, error: Exception) -> JSONResponse:
        reference = secrets.token_hex(4).upper()
        log.error("request_failed", reference=reference, exc_info=error)
        return problem(500, "INTERNAL", f"That went wrong on our side; it is logged as {reference}.")
