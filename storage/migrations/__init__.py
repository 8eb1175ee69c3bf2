"""Schema changes, kept by Alembic."""
