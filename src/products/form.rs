//! The product form: what was typed, and what it means.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Category, Condition, Photo, Product, currency::Currency, photos, price::Price};
use crate::products::sentences;
use crate::web::{FieldErrors, form};

/// How many photos a product may have.
pub const MAX_PHOTOS: usize = 8;

/// The fields as they were typed, so that a refused form comes back as it was.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ProductForm {
    /// Idempotency key: the same form sent twice makes one product.
    pub form_id: String,
    /// The account that opened the form.
    pub account: String,
    /// Of the product when the form was opened (optimistic concurrency).
    pub version: String,
    pub title: String,
    pub description: String,
    pub price: String,
    pub currency: String,
    pub category: String,
    pub condition: String,
    pub place: String,
    /// The keys of the photos that the form shows, in its order, and the places typed beside them.
    pub kept: Vec<String>,
    pub order: Vec<String>,
    /// The key of the photo to come first.
    pub cover: String,
    /// The keys of photos to remove.
    pub remove: Vec<String>,
}

/// A product's content that can be stored.
#[derive(Clone, Debug)]
pub struct ProductDraft {
    pub title: String,
    pub description: String,
    pub price: Price,
    pub category_id: i64,
    pub condition: Condition,
    pub place: String,
}

impl ProductForm {
    /// An empty form.
    pub fn new(currency: Currency, place: &str) -> Self {
        let form_id = Uuid::new_v4().to_string();
        Self { form_id, currency: currency.code().to_owned(), place: place.to_owned(), ..Self::default() }
    }

    /// Whether this account opened it; a program's form doesn't say.
    pub fn is_of(&self, account_id: i64) -> bool {
        self.account.is_empty() || self.account == account_id.to_string()
    }

    /// What a session may keep of it, for somebody who isn't signed in: no NUL, no more than a form that could be accepted
    /// has, and a little.
    pub fn bounded(mut self) -> Self {
        let texts = [
            &mut self.title,
            &mut self.price,
            &mut self.currency,
            &mut self.category,
            &mut self.condition,
            &mut self.place,
            &mut self.form_id,
            &mut self.account,
            &mut self.version,
            &mut self.cover,
        ];
        let lists = [&mut self.kept, &mut self.order, &mut self.remove];
        let short = |text: &mut String| *text = text.chars().filter(|&c| c != '\0').take(500).collect();
        texts.into_iter().for_each(short);
        for list in lists {
            list.truncate(MAX_PHOTOS);
            list.iter_mut().for_each(short);
        }
        self.description = self.description.chars().filter(|&c| c != '\0').take(10_000).collect();
        self
    }

    /// A product, to be changed.
    pub fn of(product: &Product) -> Self {
        Self {
            title: product.title.clone(),
            description: product.description.clone(),
            price: product.price.to_input(),
            currency: product.price.currency().code().to_owned(),
            category: product.category.slug.clone(),
            condition: product.condition.code().to_owned(),
            place: product.place.clone(),
            version: product.version(),
            ..Self::default()
        }
    }

    /// Takes one field of a sent form; fields of other forms are nothing to it.
    pub fn set(&mut self, field: &str, value: String) {
        match field {
            "form_id" => self.form_id = value,
            "account" => self.account = value,
            "version" => self.version = value,
            "title" => self.title = value,
            "description" => self.description = value,
            "price" => self.price = value,
            "currency" => self.currency = value,
            "category" => self.category = value,
            "condition" => self.condition = value,
            "place" => self.place = value,
            "kept" => self.kept.push(value),
            "order" => self.order.push(value),
            "cover" => self.cover = value,
            "remove" => self.remove.push(value),
            // What other programs share: words, and where they are from.
            "text" | "url" if !value.trim().is_empty() => {
                let gap = if self.description.is_empty() { "" } else { "\n" };
                self.description.push_str(&format!("{gap}{}", value.trim()));
            }
            _ => {}
        }
    }

    /// What it means; every field that means nothing gets its sentence.
    pub fn check(&self, categories: &[Category], errors: &mut FieldErrors) -> Option<ProductDraft> {
        let title = errors.check("title", form::line(&self.title, 120));
        let description = errors.check("description", form::lines(&self.description, 8000));
        let currency = Currency::from_code(&self.currency).ok_or(sentences::CHOOSE_A_CURRENCY);
        let price = match errors.check("currency", currency) {
            Some(currency) => errors.check("price", Price::parse(&self.price, currency)),
            None => None,
        };
        let category = categories.iter().find(|category| category.slug == self.category);
        let category = errors.check("category", category.ok_or(sentences::CHOOSE_A_CATEGORY));
        let condition = Condition::from_code(&self.condition).ok_or(sentences::CHOOSE_A_CONDITION);
        let condition = errors.check("condition", condition);
        let place = errors.check("place", form::line(&self.place, 80));
        Some(ProductDraft {
            title: title?,
            description: description?,
            price: price?,
            category_id: category?.id,
            condition: condition?,
            place: place?,
        })
    }

    /// The photos in the order asked for, of those that the product has, drafts that the form
    /// kept, and new ones.
    ///
    /// A photo goes to the place typed beside it; the one that moved goes first among equals. The
    /// cover comes first, if another one was chosen than came first before.
    pub fn arrange(&self, mine: Vec<Photo>, new: Vec<Photo>) -> Vec<Photo> {
        let shown_at = |photo: &Photo| self.kept.iter().position(|key| key == photo.key.as_str());
        let mut photos = mine;
        photos.sort_by_key(|photo| shown_at(photo).unwrap_or(usize::MAX));
        photos.extend(new);
        let cover_changed = photos.first().is_some_and(|first| first.key.as_str() != self.cover);
        let mut placed: Vec<(i64, Photo)> = Vec::new();
        for (at, photo) in photos.into_iter().enumerate() {
            let at = at as i64 + 1;
            let typed = shown_at(&photo).and_then(|shown| self.order.get(shown)?.trim().parse().ok());
            let wanted = typed.unwrap_or(at).clamp(0, 1000);
            let place = match () {
                () if cover_changed && photo.key.as_str() == self.cover => i64::MIN,
                () => 2 * wanted + (wanted - at).signum(),
            };
            if !self.remove.iter().any(|key| key == photo.key.as_str()) {
                placed.push((place, photo));
            }
        }
        placed.sort_by_key(|(place, _)| *place);
        placed.into_iter().map(|(_, photo)| photo).collect()
    }
}

/// What is wrong with one of several files.
pub fn refused_photo(file_name: &str, refused: photos::PhotoRejected) -> String {
    let name: String = file_name.chars().filter(|c| !c.is_control()).take(60).collect();
    if name.is_empty() { refused.to_string() } else { format!("“{name}”: {refused}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn photo(digit: char) -> Photo {
        let key = digit.to_string().repeat(32).parse().expect("a key");
        Photo { key, width: 10, height: 10 }
    }

    fn key(digit: char) -> String {
        digit.to_string().repeat(32)
    }

    /// What becomes of photos a, b, c with `d` new, shown and ordered like this.
    fn arranged(shown: &str, order: &[&str], cover: &str, remove: &str) -> String {
        let typed = ProductForm {
            kept: shown.chars().map(key).collect(),
            order: order.iter().map(ToString::to_string).collect(),
            cover: cover.repeat(32),
            remove: remove.chars().map(key).collect(),
            ..ProductForm::default()
        };
        let photos = typed.arrange("abc".chars().map(photo).collect(), vec![photo('d')]);
        photos.iter().map(|photo| &photo.key.as_str()[..1]).collect()
    }

    #[test]
    fn photos_come_in_the_order_asked_for() {
        assert_eq!(arranged("", &[], "", ""), "abcd");
        assert_eq!(arranged("abc", &["1", "2", "3"], "a", ""), "abcd");
        assert_eq!(arranged("abc", &["1", "2", "1"], "a", ""), "cabd");
        assert_eq!(arranged("abc", &["3", "2", "3"], "a", ""), "bcad");
        assert_eq!(arranged("cab", &["1", "2", "3"], "c", ""), "cabd");
        assert_eq!(arranged("abc", &["1", "2", "3"], "b", ""), "bacd");
        assert_eq!(arranged("abc", &["1", "2", "3"], "a", "a"), "bcd");
        assert_eq!(arranged("abc", &["x", "", "-7"], "", "b"), "cad");
        assert_eq!(arranged("abcxyz", &["9"], "z", ""), "bcda");
    }

    /// A stranger can't fill the database with a form that waits for a sign-in.
    #[test]
    fn what_waits_for_a_sign_in_is_bounded() {
        let long = || "\0x".repeat(60_000);
        let many = || vec![long(); 100];
        let form = ProductForm {
            title: long(),
            description: long(),
            kept: many(),
            order: many(),
            ..ProductForm::default()
        };
        let bounded = serde_json::to_string(&form.bounded()).expect("JSON");
        assert!(bounded.len() < 25_000 && !bounded.contains("\\u0000"), "{}", bounded.len());
    }

    #[test]
    fn every_field_that_means_nothing_says_so() {
        let mut errors = FieldErrors::default();
        assert!(ProductForm::default().check(&[], &mut errors).is_none());
        for field in ["title", "currency", "category", "condition", "place"] {
            assert!(!errors.get(field).is_empty(), "{field}");
        }
        assert!(errors.get("description").is_empty());
    }
}
