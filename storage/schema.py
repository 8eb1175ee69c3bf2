"""Every table of the product under one roof: what migrations are compared with."""

from sqlalchemy import MetaData

from storage import (
    audit,
    base,
    buyers,
    contacts,
    deals,
    do_not_call,
    feedback,
    inbound,
    installation,
    kpis,
    ladder,
    leads,
    liquidity,
    live_offers,
    offer_policies,
    offers,
    opt_outs,
    pauses,
    policies,
    requests,
    send_attempts,
    sends,
    workspaces,
)

TABLES_OF = (
    audit,
    buyers,
    contacts,
    deals,
    do_not_call,
    feedback,
    inbound,
    installation,
    kpis,
    ladder,
    leads,
    liquidity,
    live_offers,
    offer_policies,
    offers,
    opt_outs,
    pauses,
    policies,
    requests,
    send_attempts,
    sends,
    workspaces,
)
"""The modules that declare tables; importing them is what fills `metadata`."""

metadata: MetaData = base.metadata
