//! The words that grown marketplaces are made of.

pub(super) struct Place {
    pub name: &'static str,
    pub currency: &'static str,
    /// What a euro is there, about.
    pub currency_factor: f64,
}

const fn place(name: &'static str, currency: &'static str, currency_factor: f64) -> Place {
    Place { name, currency, currency_factor }
}

/// The first ones are the most frequent.
pub(super) const PLACES: &[Place] = &[
    place("Berlin", "EUR", 1.0),
    place("London", "GBP", 0.85),
    place("Praha", "CZK", 25.0),
    place("Warszawa", "PLN", 4.3),
    place("Lisboa", "EUR", 1.0),
    place("Budapest", "HUF", 400.0),
    place("Wien", "EUR", 1.0),
    place("Zürich", "CHF", 0.95),
    place("Paris", "EUR", 1.0),
    place("Madrid", "EUR", 1.0),
    place("Hamburg", "EUR", 1.0),
    place("Kraków", "PLN", 4.3),
    place("Brno", "CZK", 25.0),
    place("Győr", "HUF", 400.0),
    place("Porto", "EUR", 1.0),
    place("Amsterdam", "EUR", 1.0),
    place("Stockholm", "SEK", 11.0),
    place("Leeds", "GBP", 0.85),
    place("Bucureşti", "RON", 5.0),
    place("New York", "USD", 1.1),
    place("Köln", "EUR", 1.0),
    place("München", "EUR", 1.0),
    place("Gdańsk", "PLN", 4.3),
    place("Ostrava", "CZK", 25.0),
    place("Lyon", "EUR", 1.0),
    place("Sevilla", "EUR", 1.0),
    place("Dresden", "EUR", 1.0),
    place("Coimbra", "EUR", 1.0),
    place("Graz", "EUR", 1.0),
    place("Debrecen", "HUF", 400.0),
];

pub(super) struct Kind {
    /// A category's slug.
    pub category: &'static str,
    /// Each with what it costs in euros, about.
    pub nouns: &'static [(&'static str, f64)],
    pub makes: &'static [&'static str],
}

pub(super) const KINDS: &[Kind] = &[
    Kind {
        category: "vehicles",
        nouns: &[
            ("car", 4000.0),
            ("van", 6000.0),
            ("scooter", 900.0),
            ("motorbike", 2500.0),
            ("trailer", 400.0),
            ("winter tyres", 180.0),
        ],
        makes: &["Škoda", "Volkswagen", "Ford", "Vespa", "Honda", "diesel", "electric"],
    },
    Kind {
        category: "electronics",
        nouns: &[
            ("phone", 180.0),
            ("laptop", 420.0),
            ("monitor", 110.0),
            ("headphones", 60.0),
            ("camera", 250.0),
            ("games console", 200.0),
            ("printer", 50.0),
            ("tablet", 150.0),
        ],
        makes: &["iPhone", "Samsung", "Sony", "Lenovo", "Canon", "27\"", "500GB", "wireless"],
    },
    Kind {
        category: "home",
        nouns: &[
            ("sofa", 220.0),
            ("chair", 35.0),
            ("table", 90.0),
            ("lamp", 25.0),
            ("bookcase", 60.0),
            ("wardrobe", 130.0),
            ("bed", 160.0),
            ("mirror", 30.0),
            ("carpet", 70.0),
            ("desk", 80.0),
        ],
        makes: &["leather", "wooden", "oak", "IKEA", "velvet", "glass", "rattan", "folding"],
    },
    Kind {
        category: "fashion",
        nouns: &[
            ("jacket", 45.0),
            ("dress", 30.0),
            ("boots", 40.0),
            ("jeans", 20.0),
            ("coat", 55.0),
            ("handbag", 35.0),
            ("watch", 90.0),
        ],
        makes: &["leather", "woollen", "Levi's", "denim", "silk", "size M", "size 42"],
    },
    Kind {
        category: "music-and-hobbies",
        nouns: &[
            ("guitar", 190.0),
            ("piano", 700.0),
            ("violin", 260.0),
            ("drum kit", 330.0),
            ("record player", 95.0),
            ("telescope", 210.0),
            ("model railway", 120.0),
        ],
        makes: &["acoustic", "electric", "Yamaha", "Fender", "classical", "digital"],
    },
    Kind {
        category: "sports",
        nouns: &[
            ("bike", 180.0),
            ("mountain bike", 320.0),
            ("skis", 110.0),
            ("tent", 75.0),
            ("dumbbells", 40.0),
            ("surfboard", 170.0),
            ("rowing machine", 230.0),
            ("football", 12.0),
        ],
        makes: &["carbon", "Trek", "Decathlon", "28 inch", "folding", "racing"],
    },
    Kind {
        category: "kids",
        nouns: &[
            ("pram", 120.0),
            ("cot", 70.0),
            ("toy train", 25.0),
            ("car seat", 60.0),
            ("doll's house", 45.0),
            ("balance bike", 35.0),
            ("Lego set", 40.0),
        ],
        makes: &["wooden", "Bugaboo", "Playmobil", "foldable"],
    },
    Kind {
        category: "books",
        nouns: &[
            ("novel", 5.0),
            ("cookbook", 9.0),
            ("atlas", 14.0),
            ("textbook", 18.0),
            ("comics", 8.0),
            ("dictionary", 7.0),
            ("poems", 6.0),
        ],
        makes: &["signed", "illustrated", "German", "French", "paperback", "hardback"],
    },
    Kind {
        category: "pets",
        nouns: &[
            ("aquarium", 65.0),
            ("dog basket", 25.0),
            ("cat tree", 40.0),
            ("bird cage", 35.0),
            ("terrarium", 80.0),
            ("rabbit hutch", 55.0),
        ],
        makes: &["large", "wooden", "60 litre", "indoor"],
    },
    Kind {
        category: "property",
        nouns: &[
            ("garage to let", 90.0),
            ("room in a shared flat", 420.0),
            ("allotment", 1500.0),
            ("parking space", 70.0),
            ("two-room flat", 980.0),
        ],
        makes: &["sunny", "central", "furnished", "quiet"],
    },
    Kind {
        category: "tools-and-garden",
        nouns: &[
            ("drill", 45.0),
            ("lawn mower", 140.0),
            ("ladder", 50.0),
            ("chain saw", 130.0),
            ("garden bench", 85.0),
            ("wheelbarrow", 30.0),
            ("greenhouse", 260.0),
            ("bike lamp", 15.0),
        ],
        makes: &["Bosch", "Makita", "cordless", "petrol", "teak"],
    },
    Kind {
        category: "services",
        nouns: &[
            ("dog walking", 12.0),
            ("piano lessons", 25.0),
            ("removals", 180.0),
            ("bike repairs", 35.0),
            ("translation", 30.0),
            ("garden work", 22.0),
        ],
        makes: &["experienced", "friendly", "weekend"],
    },
];

pub(super) const ADJECTIVES: &[&str] = &[
    "old",
    "vintage",
    "nearly new",
    "solid",
    "small",
    "large",
    "handmade",
    "restored",
    "light",
    "comfortable",
    "rare",
    "classic",
    "used",
    "original",
    "beautiful",
    "simple",
];

pub(super) const COLOURS: &[&str] =
    &["black", "white", "red", "blue", "green", "grey", "brown", "yellow", "beige", "turquoise"];

/// What people elsewhere call things, each with what it costs.
pub(super) const TITLES_IN_OTHER_WORDS: &[(&str, f64)] = &[
    ("自行车", 120.0),
    ("Fahrrad mit Korb", 140.0),
    ("Großer Küchentisch", 90.0),
    ("Café table, marble", 75.0),
    ("Vélo de ville", 130.0),
    ("Kétszemélyes kanapé", 210.0),
    ("Dřevěná židle", 30.0),
    ("Guitarra española", 160.0),
    ("Rower górski", 250.0),
    ("木の椅子", 40.0),
    ("Straßenrad, 58 cm", 380.0),
    ("Mesa de comedor", 110.0),
];

pub(super) const SENTENCES: &[&str] = &[
    "In good condition, with a few signs of use.",
    "We bought it three years ago and hardly ever used it.",
    "Smoke-free home, no pets.",
    "The price is negotiable if you come soon.",
    "To be collected; I can help to carry it to the car.",
    "I can send it, postage is yours.",
    "One corner has a scratch, see the photo.",
    "Everything works, the battery was changed last winter.",
    "It belonged to my grandmother and is looking for somebody who likes it.",
    "We are moving, so it has to be gone by the end of the month.",
    "The original box and the receipt are still there.",
    "Measures: 120 by 60 by 75 cm.",
    "Weight about eight kilos, fits into a small car.",
    "Cleaned and oiled before I put it here.",
    "Please write, I answer in the evening.",
    "No swaps, please.",
    "You can try it out here, just ask for a time.",
    "The colour is a little darker than in the photo.",
    "A cover and spare parts come with it.",
    "Bought too large, worn twice.",
];

pub(super) const QUESTIONS: &[&str] = &[
    "Hello, is it still there?",
    "Would you take a little less?",
    "Where can I have a look at it?",
    "Could I come on Saturday morning?",
    "How old is it, and does everything work?",
    "Does it fit into a small car?",
    "Can you send it, and what would that be?",
    "I would take it. Is tonight possible?",
    "Thank you, see you then.",
    "What are the exact measures?",
    "Is the scratch deep?",
    "Great. I am on my way.",
];

pub(super) const ANSWERS: &[&str] = &[
    "Yes, it is.",
    "A little, if you come this week.",
    "Near the station, I will send you the address.",
    "Saturday at ten is fine.",
    "About four years, and it works as on the first day.",
    "It does, with the seats down.",
    "I can send it for eight euros.",
    "Tonight after seven, ring at the second floor.",
    "Sorry, somebody else has it by now.",
    "It is on the back and hardly to be seen.",
    "See you then!",
    "I have put one more photo of it up.",
];

pub(super) const FIRST_NAMES: &[&str] = &[
    "Ana", "Béla", "Chiara", "Dmitri", "Elena", "Farid", "Greta", "Hana", "Ivo", "Jana", "Kwame", "Lucía",
    "Mateusz", "Nadia", "Olga", "Pedro", "Quentin", "Rita", "Søren", "Tomás", "Uma", "Viktor", "Wanda",
    "Xenia", "Yusuf", "Zoë",
];

pub(super) const FAMILY_NAMES: &[&str] = &[
    "Almeida",
    "Brandt",
    "Costa",
    "Dvořák",
    "Eriksson",
    "Fischer",
    "García",
    "Horváth",
    "Ivanova",
    "Jansen",
    "Kowalski",
    "Lehmann",
    "Moreau",
    "Novák",
    "O’Brien",
    "Prado",
    "Quispe",
    "Rossi",
    "Svobodová",
    "Tanaka",
    "Urban",
    "Varga",
    "Weber",
    "Yıldız",
    "Zając",
];

pub(super) const SHOP_NAMES: &[&str] =
    &["Attic", "Corner", "Second Life", "Workshop", "Bazaar", "Finds", "Treasures", "Garage", "Market"];
