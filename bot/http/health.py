"""Health: is the program alive, and can it do its work."""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from domain.zones import check_zones
from storage.database import DatabaseUnavailable

Probe = Callable[[], Awaitable[object]]


def health_router(*, reach_database: Probe) -> APIRouter:
    """Return GET /health: 200 when the database answers and the time zones are right, else 503 with what is wrong."""
    router = APIRouter(tags=["health"])

    @router.get("/health", summary="Can the program do its work?")
    async def health() -> JSONResponse:
        zones = check_zones()
        faults = {} if zones.ok else {"zones": "; ".join(zones.wrong)}
        try:
            await reach_database()
        except DatabaseUnavailable as error:
            faults["database"] = str(error)
        answer = {"ok": not faults, "tzdata": zones.iana_version, "faults": faults}
        return JSONResponse(answer, status_code=503 if faults else 200)

    return router
