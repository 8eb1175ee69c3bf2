"""Which column of a buyers' file holds what, by its name in English or French."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from domain.words import fold


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a file: for each field the places of its cells, and the names as they were typed.

    `unknown` are the places whose names mean nothing to us.
    """

    names: tuple[str, ...]
    places: Mapping[str, tuple[int, ...]]
    unknown: tuple[int, ...]

    @property
    def has_name(self) -> bool:
        """Whether any column says who the buyer is."""
        return not self.places.keys().isdisjoint(NAME_FIELDS)

    @property
    def unknown_names(self) -> tuple[str, ...]:
        """What the unknown columns are called."""
        return tuple(self.names[place] for place in self.unknown)


NAME_FIELDS: Final = ("name", "first_name", "last_name", "company")
"""A buyer without a name is called by their company."""


def columns_of(header: Sequence[str]) -> Columns:
    """Read the names of a file's columns; one without a name is called by its place, "column 7"."""
    names = tuple(" ".join(name.split()) or f"column {place}" for place, name in enumerate(header, 1))
    fields = [_FIELD_OF.get(fold(name)) for name in names]
    places: dict[str, tuple[int, ...]] = {}
    for place, field in enumerate(fields):
        if field:
            places[field] = (*places.get(field, ()), place)
    unknown = tuple(place for place, field in enumerate(fields) if field is None)
    return Columns(names, _with_last_name(names, places), unknown)


def known_in(header: Sequence[str]) -> int:
    """Count the names of columns that mean something to us."""
    return sum(fold(name) in _FIELD_OF for name in header)


def _with_last_name(names: Sequence[str], places: dict[str, tuple[int, ...]]) -> Mapping[str, tuple[int, ...]]:
    """ "Nom" beside "Prénom" is the last name alone."""
    whole = places.get("name", ())
    if "first_name" in places and "last_name" not in places and len(whole) == 1 and fold(names[whole[0]]) == "nom":
        places["last_name"] = places.pop("name")
    return places


# Folded: lower case, no accents, no punctuation.
_NAMES: Final[Mapping[str, str]] = {
    "name": """name|full name|buyer|buyer name|buyers name|contact|contact name|client|client name|investor
        |investor name|nom|nom complet|nom et prenom|nom de l acheteur|acheteur|nom du contact|nom du client
        |investisseur""",
    "first_name": "first name|firstname|first|given name|prenom",
    "last_name": "last name|lastname|last|surname|family name|nom de famille",
    "company": """company|company name|business|business name|organization|organisation|firm|corporation|entreprise
        |compagnie|societe|nom de l entreprise|nom de la compagnie|organisme""",
    "phone": """phone|phone number|phone no|phone 1|telephone|telephone number|tel|tel no|no tel|mobile|mobile phone
        |mobile number|cell|cell phone|cellphone|cell number|work phone|home phone|primary phone|numero de telephone
        |no de telephone|n de telephone|cellulaire|portable|tel cell|telephone cellulaire""",
    "email": """email|e mail|mail|email address|e mail address|email 1|primary email|courriel|adresse courriel
        |adresse de courriel|adresse email|adresse e mail|adresse electronique""",
    "regions": """area|areas|region|regions|market|markets|location|locations|city|cities|buying area|buying areas
        |buy area|buy areas|buy box area|target area|target areas|preferred area|preferred areas|areas of interest
        |territory|territories|zone|zones|secteur|secteurs|ville|villes|territoire|territoires|marche|marches
        |municipalite|municipalites|province|provinces|where""",
    "property_types": """type|types|property type|property types|asset type|asset types|kind|buys
        |type de propriete|types de propriete|type de proprietes|types de proprietes|type de bien|types de biens
        |type d immeuble|types d immeuble|types d immeubles|propriete|proprietes""",
    "min_price": """min price|minimum price|price min|price from|lowest price|min|minimum|min budget|budget min
        |budget minimum|minimum budget|prix min|prix minimum|prix minimal|prix de|budget minimal""",
    "max_price": """max price|maximum price|price max|price to|price|highest price|max|maximum|max budget|budget max
        |budget maximum|maximum budget|budget|price limit|prix max|prix maximum|prix maximal|prix a|prix
        |budget maximal""",
    "min_beds": """beds|bed|bedrooms|bedroom|min beds|minimum beds|min bedrooms|minimum bedrooms|br|bdrm|bdrms
        |chambres|chambre|chambres min|chambres minimum|nombre de chambres|nb chambres|chambres a coucher|cac|c a c""",
    "min_baths": """baths|bath|bathrooms|bathroom|min baths|minimum baths|min bathrooms|minimum bathrooms|ba|sdb
        |s d b|salles de bain|salles de bains|salle de bain|salle de bains|sdb min|nombre de salles de bain|nb sdb""",
    "proof_of_funds_on": """proof of funds|proof of funds date|proof of funds on|pof|pof date|proof date
        |preuve de fonds|preuves de fonds|date de la preuve de fonds|date preuve de fonds""",
    "notes": """notes|note|comment|comments|remark|remarks|details|description|commentaire|commentaires|remarque
        |remarques|details supplementaires""",
    "consent": """consent|consent type|consent basis|casl|casl consent|opt in|optin|permission|consentement
        |type de consentement|consentement lcap|lcap""",
    "consent_on": """consent date|consent on|date of consent|consented on|opt in date|casl date
        |date de consentement|date du consentement|consentement le""",
    "active": "active|is active|status|state|enabled|actif|active oui non|statut|etat",
}
_FIELD_OF: Final[Mapping[str, str]] = {
    " ".join(name.split()): field for field, names in _NAMES.items() for name in names.split("|")
}
