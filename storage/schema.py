"""Every table of the product under one roof: what migrations are compared with."""

from sqlalchemy import MetaData

from storage import (
    approvals,
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
    templates,
    workspaces,
)

TABLES_OF = (
    approvals,
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
    templates,
    workspaces,
)
"""The modules that declare tables; importing them is what fills `metadata`."""

metadata: MetaData = base.metadata
