"""Keeps domain values: tables, queries, one transaction at a time."""
