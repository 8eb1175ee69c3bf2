"""The three cases of a place that the function was first asked for."""

import pytest

from domain.geo import infer_province_market


@pytest.mark.parametrize(
    ("region", "place"),
    [("Toronto, ON", ("ON", "Toronto")), ("Vancouver", ("BC", "Vancouver")), ("Unknown city", (None, "ALL"))],
)
def test_a_region_gives_its_province_and_market(region, place):
    assert infer_province_market(region) == place
