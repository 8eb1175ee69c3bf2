"""Property types as people type them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.property_types import PropertyType, PropertyTypeUnclear, property_type, property_types, type_words

SFR, MF, CONDO, LAND, COMMERCIAL = PropertyType

TYPED = {
    SFR: """SFR|sfr|SFH|SFD|sf|single|Single Family|single-family|single_family|Single-Family Home|single family house
        |detached|Detached House|detached home|fully detached|house|Home|bungalow|raised bungalow|bungalows|semi
        |semi-detached|Semi detached house|townhouse|town house|Townhome|row house|rowhouse|freehold townhouse
        |backsplit|side-split|sidesplit|split level|two-storey|2 storey|2-storey detached|cottage|chalet|cabin
        |house with suite|basement apartment|mobile home|maison|Maison unifamiliale|unifamiliale|maison jumelée|jumelé
        |jumelee|plain-pied|maison de ville|maison détachée|maisons|bungelow|detatched|Single Family (Detached)
        |SFR/house|link home|rancher|houses""",
    MF: """MF|mf|multi|Multi-Family|multifamily|multi–family|multi family home|duplex|Duplexes|triplex|fourplex
        |4-plex|4plex|6 plex|12plex|plex|quadplex|quadruplex|sixplex|multiplex|apartment building|apt building
        |apartment block|immeuble|immeuble à revenus|multilogement|duplx|tripplex|rooming house""",
    CONDO: """CONDO|condo|Condos|condominium|apartment|Apt|apt.|condo apartment|condo townhouse|townhouse condo|loft
        |penthouse|strata|copropriété|copro|appartement|condo apt|appartment|condominum|stacked townhouse|flat""",
    LAND: """LAND|land|lot|Lots|vacant land|vacant lot|building lot|acreage|acreages|farm|farmland|raw land|terrain
        |terrain vacant|terre|acreege""",
    COMMERCIAL: """COMMERCIAL|commercial|retail|office|Office building|industrial|warehouse|store|storefront|mixed use
        |mixed-use building|commercial condo|office condo|strip mall|plaza|shop|immeuble commercial|bureau|entrepôt
        |industriel|local commercial|comercial|wharehouse""",
}
CASES = [(kind, " ".join(text.split())) for kind, texts in TYPED.items() for text in texts.split("|")]


@pytest.mark.parametrize(("kind", "text"), CASES)
def test_a_type_is_read_as_people_type_it(kind: PropertyType, text: str) -> None:
    assert property_type(text) is kind


@pytest.mark.parametrize(("kind", "text"), CASES)
def test_capitals_spaces_and_marks_do_not_matter(kind: PropertyType, text: str) -> None:
    assert property_type(f"  {text.upper()}. ") is kind


REFUSED = """|  |?|nice|a lot|lots of repairs|land line|house or condo|duplex, land|hose|hme|house with acreage|any
|castle of doom|123|home owner|1plex|\ud800"""


@pytest.mark.parametrize("text", REFUSED.split("|"))
def test_no_type_or_two_types_are_refused(text: str) -> None:
    with pytest.raises(PropertyTypeUnclear, match="Choose SFR"):
        property_type(text)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("SFH, duplex", {SFR, MF}),
        ("houses and condos", {SFR, CONDO}),
        ("bungelow; 4-plex / vacant land", {SFR, MF, LAND}),
        ("maison ou terrain", {SFR, LAND}),
        ("single, multi", {SFR, MF}),
        ("condo townhouse", {CONDO}),
        ("any", set(PropertyType)),
        ("All types", set(PropertyType)),
        ("tout", set(PropertyType)),
        ("SFR & commercial", {SFR, COMMERCIAL}),
        ("whatever pays", set()),
        ("", set()),
    ],
)
def test_a_buyers_list_gives_every_type_it_names(text: str, kinds: set[PropertyType]) -> None:
    assert property_types(text) == kinds


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("old brick bungalow on a corner", (SFR, "bungalow")),
        ("a lot of work on a duplex", (MF, "duplex")),
        ("1,200 sf, single mother", None),
        ("call him at home", None),
        ("vacant 4-plex", (MF, "4 plex")),
    ],
)
def test_running_text_gives_its_first_type_and_the_words(text: str, found: tuple[PropertyType, str] | None) -> None:
    assert type_words(text) == found


def test_each_type_has_a_label_for_people() -> None:
    assert [kind.label for kind in PropertyType] == [
        "single-family house",
        "multi-family building",
        "condo",
        "land",
        "commercial property",
    ]


@settings(deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_one_type_or_refused(text: str) -> None:
    kinds = property_types(text)
    if len(kinds) > 1:
        with pytest.raises(PropertyTypeUnclear) as refused:
            property_type(text)
        assert refused.value.code == "PROPERTY_TYPE_UNCLEAR"


@settings(deadline=None)
@given(st.lists(st.sampled_from([text for _, text in CASES if "/" not in text]), min_size=1, max_size=4))
def test_a_list_names_the_types_of_its_members(texts: list[str]) -> None:
    assert property_types(", ".join(texts)) >= {property_type(text) for text in texts}
