//! Things to talk about, put straight into the database, and talk about them.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

use super::{Person, TestApp};

/// A picture's file.
pub fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let pixel = |x: u32, y: u32| Rgb([(x * 255 / width) as u8, (y * 255 / height) as u8, 99]);
    let picture = DynamicImage::from(RgbImage::from_fn(width, height, pixel));
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, format).unwrap();
    file.into_inner()
}

/// `buyer_1_seller_2`.
pub fn room(buyer: &Person, seller: &Person) -> String {
    format!("buyer_{}_seller_{}", buyer.buyer_id(), seller.seller_id())
}

/// A product to be, with believable values for all that a test doesn't care about.
#[derive(Debug, Clone)]
pub struct Product {
    title: String,
    description: String,
    price_minor: i64,
    currency: String,
    category: String,
    condition: String,
    place: String,
    photos: usize,
    sold: bool,
}

impl Product {
    pub fn new(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            description: "In good order. Can be seen any evening.".to_owned(),
            price_minor: 25_00,
            currency: "EUR".to_owned(),
            category: "home".to_owned(),
            condition: "good".to_owned(),
            place: "Lisbon".to_owned(),
            photos: 0,
            sold: false,
        }
    }

    pub fn description(self, description: &str) -> Self {
        Self { description: description.to_owned(), ..self }
    }

    pub fn price(self, minor: i64, currency: &str) -> Self {
        Self { price_minor: minor, currency: currency.to_owned(), ..self }
    }

    /// A category's slug.
    pub fn category(self, slug: &str) -> Self {
        Self { category: slug.to_owned(), ..self }
    }

    pub fn condition(self, condition: &str) -> Self {
        Self { condition: condition.to_owned(), ..self }
    }

    pub fn place(self, place: &str) -> Self {
        Self { place: place.to_owned(), ..self }
    }

    /// So many rows of photos. Their files aren't there: upload some where that matters.
    pub fn photos(self, photos: usize) -> Self {
        Self { photos, ..self }
    }

    pub fn sold(self) -> Self {
        Self { sold: true, ..self }
    }

    /// Offers it; gives its id.
    pub async fn create(self, app: &TestApp, seller: &Person) -> i64 {
        let id: i64 = sqlx::query_scalar(
            "INSERT INTO products
                 (seller_id, category_id, title, description, price_minor, currency, condition, place, sold_at)
             SELECT $1, id, $3, $4, $5, $6, $7, $8, CASE WHEN $9 THEN now() END
             FROM categories WHERE slug = $2 RETURNING id",
        )
        .bind(seller.seller_id())
        .bind(&self.category)
        .bind(&self.title)
        .bind(&self.description)
        .bind(self.price_minor)
        .bind(&self.currency)
        .bind(&self.condition)
        .bind(&self.place)
        .bind(self.sold)
        .fetch_one(&app.db)
        .await
        .expect("a new product");
        sqlx::query(
            "INSERT INTO photos (product_id, position, key, width, height)
             SELECT $1, position, md5($1 || '/' || position), 1200, 900
             FROM generate_series(0, $2 - 1) AS position",
        )
        .bind(id)
        .bind(self.photos as i32)
        .execute(&app.db)
        .await
        .expect("its photos");
        // As after a seller's own form: there at once.
        if app.is_in_process() {
            app.state().products.catalogue.bump();
        }
        id
    }
}

impl Person {
    /// Writes as the buyer from a product's page, by its form.
    pub async fn messages_about(&self, product_id: i64, body: &str) {
        self.post(&format!("/products/{product_id}/messages"), &[("body", body)]).await.expect(303);
    }

    /// Writes in a room, on whichever side this person is, by its form.
    pub async fn sends(&self, room: &str, body: &str) {
        self.post(&format!("/rooms/{room}/messages"), &[("body", body)]).await.expect(303);
    }
}
