"""Looks at what stands in the database, and breaks a row where a test wants one broken."""

from typing import Any

from sqlalchemy import Table, delete, func, select, update

from bot.sandbox.people import TEAM_ID
from storage.database import Database
from storage.kpis import kpi_event
from storage.ladder import followup_task
from storage.leads import lead


async def rows(database: Database, table: Table, **where: Any) -> list[Any]:
    """Return a table's rows in the order of their ids."""
    query = select(table).order_by(table.c.id)
    for column, value in where.items():
        query = query.where(table.c[column] == value)
    return await database.read(TEAM_ID, lambda tx: list(tx.connection.execute(query)))


async def count(database: Database, table: Table) -> int:
    """Return how many rows a table has."""
    query = select(func.count()).select_from(table)
    return await database.read(TEAM_ID, lambda tx: tx.connection.execute(query).scalar_one())


async def leads(database: Database) -> list[Any]:
    """Return every lead."""
    return await rows(database, lead)


async def tasks(database: Database, lead_id: int) -> list[Any]:
    """Return a lead's steps."""
    return await rows(database, followup_task, lead_id=lead_id)


async def kpis(database: Database, correlation_id: str) -> list[Any]:
    """Return the events under one correlation id."""
    return await rows(database, kpi_event, correlation_id=correlation_id)


async def change(database: Database, table: Table, values: dict[str, Any], **where: Any) -> None:
    """Change the rows that hold `where`."""
    query = update(table).where(*(table.c[column] == value for column, value in where.items())).values(values)
    await database.write(TEAM_ID, lambda tx: tx.connection.execute(query))


async def remove(database: Database, table: Table, **where: Any) -> None:
    """Remove the rows that hold `where`."""
    query = delete(table).where(*(table.c[column] == value for column, value in where.items()))
    await database.write(TEAM_ID, lambda tx: tx.connection.execute(query))
