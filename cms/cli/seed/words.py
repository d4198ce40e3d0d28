"""The words that seeded texts are made of. What a slot may hold stands below its name; no list repeats itself."""

OPENINGS = tuple(
    """A short history of|In praise of|Against|Notes on|What we know about|The trouble with|How to look after|A map of|
    Letters about|The case for|Questions about|A visit to|The price of|Who pays for|The makers of|A season with|
    Learning from|The future of|Farewell to|A field guide to|Ten years of|The people behind|Counting|Photographing|
    The return of|Why we keep|An argument over|The law and|Listening to""".replace("\n    ", "").split("|")
)

ADJECTIVES = tuple(
    """old quiet last new small broken green public patient northern wooden narrow borrowed forgotten bright early
    heavy honest idle slow lower mended outer painted plain private salted second sheltered silent spare steep stubborn
    sunken temporary tidal tired unnamed upper useful weathered western wet wide winding windy yellow""".split()
)

NOUNS = tuple(
    """anchor almanac archive bakery barometer barrel bell bench boathouse boatyard breakwater bridge buoy bus cafe
    canal causeway cellar chandlery chart chimney choir clock coalshed compass cooperative council crane crew dinghy
    dredger drydock engine exhibition ferry fishmarket flag foghorn footpath forecast fountain garden gangway gate
    granary gull hall harbour hatchery hotel island jetty kiosk ladder lamp library lifeboat lighthouse lock logbook
    market mast meadow mill mooring museum net newspaper oar orchard paddle paintshop parade pier pilot pump quay
    railway reef regatta ropewalk rudder sail school seawall shipwright signal slipway smokehouse square staircase
    tavern theatre tide tower tramway wharf""".split()
)

PLACES = tuple(
    """in Hallin|on the north quay|after the storm|at low water|before the season|in the rain|by the breakwater|
    on Tar Lane|in Skerry Sound|at the turn of the tide|in the off season|on a Sunday|in Market Square|past the lock|
    on the early boat|under the bridge|in the small hours|at Pier 9|beyond the reef|in a dry summer|on the south shore|
    after the vote|in the old town|by daylight|in winter|on the west road|at the county fair|in three parts|
    for beginners|in plain words|from memory|in the archive|since the flood|in Lower Hallin|on the islands|
    at closing time|in the school hall|on the long pier|for visitors|in a hard year|without a budget|on the back page|
    at the pilot station|in the fog|above the locks|in good company|across the bay|on loan|in Upper Hallin|
    at the chandlery|along the canal|in the upper garden|on market day|in the council chamber|at first light|
    in the dry dock|on the last train|behind the mill|near the ferry steps|at the winter fair|
    in the new hall""".replace("\n    ", "").split("|")
)

TAGS = tuple(
    """Harbour|Ferries|Weather|Council|Food and drink|Boatbuilding|History|Letters|Culture|Schools|Tides|Wildlife|
    Islands|Transport|Opinion|Housing|Markets|Music|Photography|Sport|Walking|Work|Gardens|Engineering|Law|
    Lighthouses|Obituaries|Recipes|Regatta|Volunteering""".replace("\n    ", "").split("|")
)

SENTENCES = (
    "The {adjective} {noun} {place} has been closed for repairs since spring, and nobody has missed the noise.",
    "{person} has looked after the {noun} for {number} years and keeps a written account of every one of them.",
    "Ask anybody at the {noun} and they will point you to the {adjective} {other} next door.",
    "It cost {number} thousand to mend, which is less than the {adjective} {other} it replaced.",
    "“We never planned for a {adjective} {noun},” says {person}, “but we never planned for the rain either.”",
    "The council promised a decision {place}; the minutes of that meeting run to {number} pages.",
    "Every harbour has its {noun}, and ours stands {place}.",
    "Between the {noun} and the {other} there are {number} steps, and the {adjective} ones are the last.",
    "Visitors mistake it for a {noun}, which is an honest mistake in a town with so many.",
    "What began as a {adjective} {noun} became, in {number} years, the reason that people come at all.",
    "{person} disagrees, and has written to this paper {number} times to say so.",
    "There is a {noun} on the oldest charts of the harbour, drawn a little too far to the west.",
    "The work is done by hand: first the {noun}, then the {other}, then a long wait for dry weather.",
    "Nobody can say who ordered the {adjective} {noun}, although {number} people remember paying for it.",
    "On a clear evening {place} you can count {number} of them without turning your head.",
    "The {other} was sold, the {noun} was kept, and the difference went into the roof.",
)

CLOSINGS = (
    "The next meeting is **open to everybody**; bring a chair.",
    "Corrections are welcome, *in writing*, at the desk {place}.",
    "We will look at the {noun} again next year.",
    "The {adjective} {noun} can be visited on weekdays, or by asking {person}.",
    "Until then the {other} stays where it is, and so do we.",
)

HEADINGS = (
    "What it costs",
    "How it began",
    "The {adjective} {noun}",
    "A walk past the {other}",
    "Who decides",
    "What the record says",
)

PEOPLE = tuple(
    """Agnes Holm|Bertil Kask|Carys Penrose|Dafydd Moyle|Edda Strand|Finlay Rusk|Greta Oswin|Halvard Lie|Isolde Treen|
    Jonas Marr|Kerensa Bly|Lorcan Teague|Maud Ferris|Nils Aker|Orla Quint|Piet Verhoeven|Rosa Tamsin|Sten Bakke|
    Thea Lunt|Ulf Garrick|Vera Polkin|Wendel Sharp|Ylva Norr|Zita Crane""".replace("\n    ", "").split("|")
)

REMARKS = (
    "I walked past the {adjective} {noun} this morning, and it is just as you say.",
    "My grandfather worked at the {noun}; he would have told you it was {number} steps, not more.",
    "Thank you for this. Is the {other} open {place} as well?",
    "With respect, the {adjective} {noun} was never the council's to sell.",
    "I have lived {place} for {number} years and this is the first time I read about the {noun}.",
    "You might want to check the date: the {other} came after the {noun}.",
    "Lovely piece. The photograph of the {noun} made my day.",
    "Does **anybody** know what became of the {adjective} {other}?",
    "*Quite so.* And who is going to pay for the {noun}?",
    "We tried the same with a {noun} {place}, and it held for {number} winters.",
)

SPAM = (
    "Cheap {adjective} watches, {number} models, free delivery: visit https://offers.example/{noun}",
    "I made {number} thousand a week with my {noun}. Ask me how at https://money.example/{other}",
    "Great post! Best {noun} deals here https://deals.example/{noun} and https://deals.example/{other}",
    "Your site could rank first for “{adjective} {noun}”. Write to us for {number} free links.",
)

AGENTS = (
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/17.5 Safari/605.1.15",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148",
)
