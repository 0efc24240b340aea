//! The products' templates.

use askama::Template;
use askama_web::WebTemplate;

use super::{
    Card, Category, Condition, Photo, Product, Viewer,
    currency::Currencies,
    form::{MAX_PHOTOS, ProductForm},
};
use crate::accounts::SellerCard;
use crate::web::{FieldErrors, Pager, Shell, filters};

#[derive(Template, WebTemplate)]
#[template(path = "products/seller.html")]
pub(super) struct SellerPage {
    pub shell: Shell,
    pub viewer: Viewer,
    pub seller: SellerCard,
    pub available: i64,
    pub sold: i64,
    /// For somebody who could block this seller: whether they did, and the block's number.
    pub block: Option<Option<i64>>,
    pub cards: Vec<Card>,
    pub pager: Pager,
}

#[derive(Template, WebTemplate)]
#[template(path = "products/form.html")]
pub(super) struct FormPage {
    pub shell: Shell,
    pub errors: FieldErrors,
    /// The product to be changed; a new one, if there is none.
    pub product: Option<Product>,
    pub form: ProductForm,
    pub photos: Vec<Photo>,
    pub categories: Vec<Category>,
    pub currencies: Currencies,
}

/// What was shared from another program, on its way into a form.
#[derive(Template, WebTemplate)]
#[template(path = "products/share.html")]
pub(super) struct SharePage {
    pub shell: Shell,
}

impl FormPage {
    /// Where the form is sent.
    pub fn action(&self) -> String {
        match &self.product {
            Some(product) => format!("/seller/products/{}/edit", product.id),
            None => "/seller/products".to_owned(),
        }
    }

    pub fn most_photos(&self) -> usize {
        MAX_PHOTOS
    }

    /// How many may be added.
    pub fn room_for_photos(&self) -> usize {
        MAX_PHOTOS.saturating_sub(self.photos.len())
    }

    pub fn category_options(&self) -> Vec<(&str, &str)> {
        category_options(&self.categories)
    }

    pub fn conditions(&self) -> Vec<(&'static str, &'static str)> {
        Condition::options()
    }

    pub fn currency_options(&self) -> Vec<(&'static str, &'static str)> {
        self.currencies.options(&self.form.currency)
    }
}

fn category_options(categories: &[Category]) -> Vec<(&str, &str)> {
    categories.iter().map(|category| (category.slug.as_str(), category.name.as_str())).collect()
}
