"""The queries of the deployment checklist run on our tables: word for word on PostgreSQL, in its own dialect on SQLite."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import insert

from storage.kpis import kpi_event
from tests.storage.builders import HERE, captured, founded

# One change to the checklist's words: NULLIF around the divisor of the blocking rate, where it would divide by zero.
POSTGRES = {
    "events in the last hour": "SELECT COUNT(*) as kpi_count FROM kpi_event WHERE created_at > NOW() - INTERVAL '1 hour'",
    "events by metric": """
        SELECT domain, metric, COUNT(*) FROM kpi_event
        WHERE created_at > NOW() - INTERVAL '1 day'
        GROUP BY domain, metric
        ORDER BY COUNT(*) DESC""",
    "ladders": """
        SELECT COUNT(*) as ladder_count FROM followup_task
        WHERE created_at > NOW() - INTERVAL '1 day'
        AND lead_id IS NOT NULL""",
    "computed offers": """
        SELECT COUNT(*) as auto_offer_count FROM kpi_event
        WHERE metric = 'backend_deal_created'
        AND created_at > NOW() - INTERVAL '1 day'
        AND detail->>'offer' IS NOT NULL""",
    "blocks": """
        SELECT metric, COUNT(*) FROM kpi_event
        WHERE metric LIKE '%blocked_by_policy%'
        AND created_at > NOW() - INTERVAL '1 day'
        GROUP BY metric""",
    "errors": """
        SELECT COUNT(*) as error_count FROM kpi_event
        WHERE success = false
        AND created_at > NOW() - INTERVAL '1 day'
        AND domain NOT LIKE '%MESSAGING%'""",
    "baseline": """
        SELECT domain, metric,
          COUNT(*) as total,
          ROUND(100.0 * SUM(CASE WHEN success THEN 1 ELSE 0 END) / COUNT(*), 1) as success_pct,
          AVG(CAST(detail->>'liquidity_score' AS FLOAT))::NUMERIC(3,2) as avg_liquidity
        FROM kpi_event
        WHERE created_at >= NOW() - INTERVAL '7 days'
        GROUP BY domain, metric
        ORDER BY domain, metric""",
    "success rate": """
        SELECT domain, metric,
          ROUND(100.0 * SUM(CASE WHEN success THEN 1 ELSE 0 END) / COUNT(*), 1) as success_pct
        FROM kpi_event
        WHERE created_at > NOW() - INTERVAL '1 hour'
        GROUP BY domain, metric
        ORDER BY domain, metric""",
    "liquidity": """
        SELECT domain, metric,
          ROUND(AVG(CAST(detail->>'liquidity_score' AS FLOAT))::NUMERIC, 3) as avg_liquidity
        FROM kpi_event
        WHERE created_at > NOW() - INTERVAL '1 hour'
        AND detail->>'liquidity_score' IS NOT NULL
        GROUP BY domain, metric""",
    "blocking rate": """
        SELECT
          ROUND(100.0 *
            SUM(CASE WHEN metric LIKE '%blocked_by_policy%' THEN 1 ELSE 0 END) /
            NULLIF(SUM(CASE WHEN metric LIKE 'email_%' OR metric LIKE 'sms_%' THEN 1 ELSE 0 END), 0),
          1) as blocking_pct
        FROM kpi_event
        WHERE created_at > NOW() - INTERVAL '1 hour'""",
    "error log": """
        SELECT created_at, domain, metric, detail
        FROM kpi_event
        WHERE success = false
        AND created_at > NOW() - INTERVAL '1 hour'
        ORDER BY created_at DESC
        LIMIT 20""",
    "tasks of a lead": "SELECT * FROM followup_task WHERE lead_id = 1",
    "events of a flow": "SELECT * FROM kpi_event WHERE correlation_id LIKE 'leadflow:%'",
    "policies": "SELECT * FROM market_policy WHERE province='ON' AND market='Toronto'",
    "backup": "CREATE TABLE kpi_event_backup_phase2 AS SELECT * FROM kpi_event",
}
TO_SQLITE = (
    ("NOW() - INTERVAL '1 hour'", "datetime('now', '-1 hour')"),
    ("NOW() - INTERVAL '1 day'", "datetime('now', '-1 day')"),
    ("NOW() - INTERVAL '7 days'", "datetime('now', '-7 days')"),
    ("AVG(CAST(detail->>'liquidity_score' AS FLOAT))::NUMERIC(3,2)", "ROUND(AVG(detail->>'liquidity_score'), 2)"),
    ("AVG(CAST(detail->>'liquidity_score' AS FLOAT))::NUMERIC", "AVG(detail->>'liquidity_score')"),
)


def in_dialect(name, *, is_sqlite):
    """Return a query for this database."""
    query = POSTGRES[name]
    for theirs, ours in TO_SQLITE if is_sqlite else ():
        query = query.replace(theirs, ours)
    return query


@pytest.fixture
async def ask(database):
    """Return a function that asks one of the queries of a team with one lead, captured just now."""
    await founded(database)
    await captured(database)
    now = datetime.now(UTC)  # noqa: TID251 - the queries read the database's own clock

    def move(connection):
        for table in ("kpi_event", "followup_task"):
            moment = now.replace(tzinfo=None).isoformat(" ") if database.is_sqlite else now.isoformat()
            connection.exec_driver_sql(f"UPDATE {table} SET created_at = '{moment}'")
        blocked = {"domain": "MESSAGING", "success": False, "actor": "gate", "correlation_id": "send:1", "detail": {}}
        names = ("sms_blocked_by_policy", "sms_sent", "email_sent", "email_sent")
        rows = [blocked | {"metric": name, "workspace_id": HERE, "created_at": now} for name in names]
        connection.execute(insert(kpi_event), rows)

    await database.change(move)

    async def ask(name):
        query = in_dialect(name, is_sqlite=database.is_sqlite)

        def work(connection):
            result = connection.exec_driver_sql(query)
            return result.mappings().all() if result.returns_rows else []

        return await database.change(work)

    return ask


@pytest.mark.parametrize("name", POSTGRES)
async def test_a_query_of_the_checklist_runs(ask, name):
    await ask(name)


async def test_the_answers_are_those_of_one_lead_and_four_messages(ask):
    assert (await ask("events in the last hour"))[0]["kpi_count"] == 11
    assert (await ask("ladders"))[0]["ladder_count"] == 6
    assert (await ask("computed offers"))[0]["auto_offer_count"] == 1
    assert (await ask("errors"))[0]["error_count"] == 0
    assert len(await ask("error log")) == 4
    assert float((await ask("blocking rate"))[0]["blocking_pct"]) == 25.0
    assert [row["metric"] for row in await ask("blocks")] == ["sms_blocked_by_policy"]
    assert [row["channel"] for row in await ask("tasks of a lead")] == ["SMS", "CALL"] * 3
    assert len(await ask("events of a flow")) == 5
    assert len(await ask("policies")) == 1


async def test_rates_are_rounded_as_the_checklist_shows_them(ask):
    rates = {row["metric"]: float(row["success_pct"]) for row in await ask("success rate")}
    assert rates["lead_created"] == 100.0
    assert rates["sms_blocked_by_policy"] == 0.0
    liquidity = {row["metric"]: float(row["avg_liquidity"]) for row in await ask("liquidity")}
    assert set(liquidity) == {"match_attempt", "match_result"}
    baseline = {row["metric"]: row for row in await ask("baseline")}
    assert round(liquidity["match_result"], 2) == pytest.approx(
        float(baseline["match_result"]["avg_liquidity"]), abs=0.006
    )
    assert baseline["lead_created"]["avg_liquidity"] is None


async def test_a_blocking_rate_without_messages_is_nothing_instead_of_an_error(database):
    def work(connection):
        return connection.exec_driver_sql(in_dialect("blocking rate", is_sqlite=database.is_sqlite)).scalar_one()

    assert await database.change(work) is None
