//! What the index knows of a product. It is a cache of the database: another [`VERSION`] is another index, built anew.

use tantivy::{
    TantivyDocument,
    schema::{FAST, Field, INDEXED, IndexRecordOption, STRING, Schema, TextFieldIndexing, TextOptions},
    tokenizer::{TextAnalyzer, TokenizerManager, WhitespaceTokenizer},
};
use time::OffsetDateTime;

use super::{
    fold::fold,
    words::{Language, forms, words},
};
use crate::catalog::places::Places;

/// To be raised with whatever changes what is written into an index.
pub const VERSION: u32 = 1;

/// Words of a title and of a description; what comes later isn't found.
const MAX_TITLE_WORDS: usize = 60;
const MAX_BODY_WORDS: usize = 1_500;
/// The words of a title that say what it is, rather than what it is for.
const HEAD_WORDS: usize = 2;

/// A listed product.
#[derive(Clone, Debug)]
pub struct IndexedProduct {
    pub id: i64,
    pub seller_id: i64,
    pub category_id: i64,
    pub title: String,
    pub description: String,
    pub price_minor: i64,
    pub currency: String,
    /// As a number: its place among the conditions.
    pub condition: u64,
    pub place: String,
    pub is_reserved: bool,
    pub has_photo: bool,
    pub created_at: OffsetDateTime,
}

#[derive(Clone, Copy)]
pub struct Fields {
    pub id: Field,
    pub title: Field,
    /// The beginning of the title.
    pub head: Field,
    pub title_forms: Field,
    pub body: Field,
    pub body_forms: Field,
    pub seller: Field,
    pub category: Field,
    pub condition: Field,
    pub currency: Field,
    /// Folded, as one term.
    pub place: Field,
    pub price: Field,
    /// Microseconds since 1970.
    pub created_at: Field,
    pub is_reserved: Field,
    pub has_photo: Field,
    /// Where the place is, in degrees; nothing if nobody knows.
    pub lat: Field,
    pub lon: Field,
}

const WORDS: &str = "words";

/// Text is taken apart by `words.rs`, and joined by spaces.
fn text(record: IndexRecordOption) -> TextOptions {
    let indexing = TextFieldIndexing::default().set_tokenizer(WORDS).set_fieldnorms(false);
    TextOptions::default().set_indexing_options(indexing.set_index_option(record))
}

pub fn tokenizers() -> TokenizerManager {
    let tokenizers = TokenizerManager::default();
    tokenizers.register(WORDS, TextAnalyzer::builder(WhitespaceTokenizer::default()).build());
    tokenizers
}

pub fn schema() -> (Schema, Fields) {
    use IndexRecordOption::{Basic, WithFreqsAndPositions};
    let mut schema = Schema::builder();
    let fields = Fields {
        id: schema.add_u64_field("id", FAST | INDEXED),
        title: schema.add_text_field("title", text(WithFreqsAndPositions)),
        head: schema.add_text_field("head", text(Basic)),
        title_forms: schema.add_text_field("title_forms", text(Basic)),
        body: schema.add_text_field("body", text(WithFreqsAndPositions)),
        body_forms: schema.add_text_field("body_forms", text(Basic)),
        seller: schema.add_u64_field("seller", INDEXED),
        category: schema.add_u64_field("category", FAST | INDEXED),
        condition: schema.add_u64_field("condition", FAST | INDEXED),
        currency: schema.add_text_field("currency", STRING),
        place: schema.add_text_field("place", STRING | FAST),
        price: schema.add_i64_field("price", FAST),
        created_at: schema.add_i64_field("created_at", FAST),
        is_reserved: schema.add_u64_field("is_reserved", FAST),
        has_photo: schema.add_u64_field("has_photo", FAST | INDEXED),
        lat: schema.add_f64_field("lat", FAST),
        lon: schema.add_f64_field("lon", FAST),
    };
    (schema.build(), fields)
}

pub fn micros(time: OffsetDateTime) -> i64 {
    (time.unix_timestamp_nanos() / 1_000) as i64
}

impl Fields {
    pub fn document(&self, product: &IndexedProduct, language: Language) -> TantivyDocument {
        let (title, body) =
            (words(&product.title, MAX_TITLE_WORDS), words(&product.description, MAX_BODY_WORDS));
        let line = |words: &[super::words::Word]| {
            words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
        };
        let mut document = TantivyDocument::default();
        document.add_u64(self.id, product.id as u64);
        document.add_text(self.title, line(&title));
        document.add_text(self.head, line(&title[..title.len().min(HEAD_WORDS)]));
        document.add_text(self.title_forms, forms(&title, language).join(" "));
        document.add_text(self.body, line(&body));
        document.add_text(self.body_forms, forms(&body, language).join(" "));
        document.add_u64(self.seller, product.seller_id as u64);
        document.add_u64(self.category, product.category_id as u64);
        document.add_u64(self.condition, product.condition);
        document.add_text(self.currency, &product.currency);
        document.add_text(self.place, fold(&product.place));
        document.add_i64(self.price, product.price_minor);
        document.add_i64(self.created_at, micros(product.created_at));
        document.add_u64(self.is_reserved, product.is_reserved.into());
        document.add_u64(self.has_photo, product.has_photo.into());
        if let Some(place) = Places::find(&product.place) {
            document.add_f64(self.lat, place.lat.into());
            document.add_f64(self.lon, place.lon.into());
        }
        document
    }
}
