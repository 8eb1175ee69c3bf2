"""Every table of the product under one roof: what migrations are compared with."""

from sqlalchemy import MetaData

from storage import (
    audit,
    base,
    buyers,
    contacts,
    deals,
    kpis,
    ladder,
    leads,
    liquidity,
    offers,
    policies,
    requests,
    workspaces,
)

TABLES_OF = (audit, buyers, contacts, deals, kpis, ladder, leads, liquidity, offers, policies, requests, workspaces)
"""The modules that declare tables; importing them is what fills `metadata`."""

metadata: MetaData = base.metadata
