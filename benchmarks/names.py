"""Names that invariance.py puts in the place of others, 50 of a kind.

People are invented, places real, organizations and groups either: of many regions, lengths and both genders. None is a
living politician or a notorious body, and no word in them says good or bad. Groups are plurals, as their names stand
in news. People's last words differ, since one may stand alone for its name.
"""

from __future__ import annotations

_PERSON = """
    Mara Lindqvist; Tomasz Wierzbowski; Adaeze Nwankwo; Hiroshi Kanemoto; Lucía Barrientos; Callum Ferrier;
    Priya Raghunathan; Dmitri Zaretsky; Fatou Diarra; Giulia Morandini; Yusuf Karadeniz; Ingrid Haugland;
    Mateus Carvalheira; Siobhán Mulrooney; Nguyen Thi Hanh; Leila Farahmand; Kofi Amponsah; Beatrix van der Meulen;
    Elias Tuominen; Rosa Quispe; Anselm Kirchberger; Sunita Gurung; Paulo Figueira; Noor Haddadin; Jack Pettifer;
    Wanda Kowalczyk; Ravi Deshpande; Chloé Marchandeau; Sipho Dlamula; Marisol Etcheverry; Gareth Penhallow;
    Aroha Ngatai; Jun-ho Baek; Katarína Hlavatá; Omar Benyahia; Astrid Sørby; Levon Sarafyan; Mele Taufahema;
    Bruno Castellazzi; Nadia Petrescu; Ewan Strachan; Amina Warsame; Viktor Halmos; Ruth Abara; Stefan Radojčić;
    Liang Meiyun; Carlos Etxaniz; Hannah Wexcombe; Bo Ekman; Ed Voss
"""
_ORGANIZATION = """
    Halden Institute; Corriedale Foods; Norvik Shipping; Tamsin & Rowe; Pardubec Glassworks; Kestrel Air; Verdanta;
    National Bureau of Land Records; Lakeside Teachers' Association; Ministry of Inland Waterways; Quillon;
    Batori Chemicals; Federation of Rural Clinics; Union of Dock Clerks; Mirador Telecom; Okavango Rail;
    Sundara Textiles; Harlinge Port Authority; Tri-County Water Board; Civic Ledger Party; Agrarian Assembly;
    Alder Street Theatre; Hokusei Robotics; Orrin County Court; Statistics Council; Postal Savings Bank of Velden;
    Institute for Soil Mapping; Calder Valley Hospital; Drummond College; Northgate School Board; Nordhavn Brewery;
    Plinth Software; Zarafa Media; Evening Courier; Radio Transmontana; Arctic Mapping Commission;
    Cooperative of Olive Presses; Balt Freight; Sierra Nueva Mining; Hume & Daughters; Office of Weights and Measures;
    Ferrocarril del Este; Kirjapaino Oy; FC Torrevela; Eastfield Rovers; Society of Bookbinders; Museum of Tides;
    Geodetic Survey; Harbour Pilots' Guild; Consumer Standards Panel
"""
_PLACE = """
    Uruguay; Botswana; Iceland; Slovenia; Zambia; Bhutan; Portugal; Laos; Fiji; Paraguay; Latvia; Malawi; Namibia;
    Costa Rica; Luxembourg; Cape Verde; Papua New Guinea; Trinidad and Tobago; San Marino; Suriname; Uppsala; Windhoek;
    Ghent; Tampere; Salta; Cuenca; Maribor; Kumasi; Sapporo; Mysore; Hobart; Saskatoon; Duluth; Boise; Tacoma;
    Aberdeen; Limerick; Braga; Graz; Brno; Da Nang; Porto Alegre; Kota Kinabalu; Ulaanbaatar; Stavanger; Saxony;
    Tasmania; Nova Scotia; Lapland; Upper Austria
"""
_GROUP = """
    Icelanders; Uruguayans; Zambians; Slovenes; Samoans; Fijians; Botswanans; Paraguayans; Latvians; Malawians;
    Namibians; Bretons; Walloons; Frisians; Tyroleans; Catalans; Basques; Sorbs; Tasmanians; Nova Scotians; Laplanders;
    Quakers; Methodists; Lutherans; Mennonites; Jains; Moravians; Agrarians; Federalists; Unionists; Regionalists;
    Monetarists; Cantonalists; Harbor Pilots; Lakeside Tenants; Valley Growers; Rural Teachers; River Skippers;
    Eastern Shepherds; Tram Drivers; Night Nurses; Upland Foresters; Coastal Surveyors; Offset Printers;
    Small Brewers; Beet Farmers; Street Musicians; Saxons; Bavarians; Patagonians
"""


def _listed(names: str) -> tuple[str, ...]:
    return tuple(" ".join(name.split()) for name in names.split(";"))


NAMES: dict[str, tuple[str, ...]] = {
    "person": _listed(_PERSON),
    "organization": _listed(_ORGANIZATION),
    "place": _listed(_PLACE),
    "group": _listed(_GROUP),
}
