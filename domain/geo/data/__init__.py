"""The tables of the geography: markets, provinces, area codes, zones, and the gazetteer."""
