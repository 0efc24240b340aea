//! The dashboard's template.

use askama::Template;
use askama_web::WebTemplate;

use super::{
    model::ProductFilter,
    store::{Figures, Listed},
};
use crate::{
    accounts::SellerCard,
    chat::{InboxRow, Side},
    products::{ProductState, ProductSummary},
    web::{Pager, Shell, filters},
};

#[derive(Template, WebTemplate)]
#[template(path = "dashboard/dashboard.html")]
pub(super) struct DashboardPage {
    pub shell: Shell,
    pub card: SellerCard,
    pub figures: Figures,
    pub recent: Vec<InboxRow>,
    pub products: Vec<ProductRow>,
    /// What the list of products was searched for.
    pub words: String,
    pub showing: ProductFilter,
    pub pager: Pager,
}

pub(super) struct ProductRow {
    pub product: ProductSummary,
    pub listed: Listed,
}

impl DashboardPage {
    pub fn is_narrowed(&self) -> bool {
        !self.words.is_empty() || self.showing != ProductFilter::All
    }

    /// Whether there is enough to look for something in it.
    pub fn has_tools(&self) -> bool {
        self.is_narrowed() || self.pager.pages > 1
    }
}
