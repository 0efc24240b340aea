//! What is for sale, as visitors, buyers, sellers and admins meet it.

mod addresses;
mod bucket;
mod catalogue;
mod forms;
mod lists;
mod page;
mod photos;
mod quota;
mod review;
mod share;
mod structured_data;

use image::ImageFormat;
use reqwest::multipart::{Form, Part};

use crate::support::{Page, Person, TestApp, picture};

fn photo(name: &str) -> Part {
    Part::bytes(picture(60, 40, ImageFormat::Jpeg)).file_name(name.to_owned())
}

/// A form that nobody could refuse.
fn filled() -> Form {
    Form::new()
        .text("title", "City bicycle")
        .text("description", "Three gears.\nServiced in October.")
        .text("price", "1.250,50")
        .text("currency", "EUR")
        .text("category", "vehicles")
        .text("condition", "good")
        .text("place", "Porto")
}

/// The id in `/products/12`.
#[track_caller]
fn id_of(page: &Page) -> i64 {
    let path = page.location();
    path.strip_prefix("/products/").and_then(|id| id.parse().ok()).unwrap_or_else(|| panic!("{path}"))
}

/// The keys of a product's photos, in order.
async fn keys(app: &TestApp, product: i64) -> Vec<String> {
    sqlx::query_scalar("SELECT key FROM photos WHERE product_id = $1 ORDER BY position")
        .bind(product)
        .fetch_all(&app.db)
        .await
        .unwrap()
}

/// The titles that a list shows, in order.
pub async fn titles(person: &Person, path: &str) -> Vec<String> {
    person.get(path).await.ok().texts(".product-card-title")
}
