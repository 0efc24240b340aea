//! The dashboard's template.

use askama::Template;
use askama_web::WebTemplate;

use crate::{
    accounts::SellerCard,
    chat::{InboxRow, Side},
    dashboard::store::{DashboardProduct, DashboardStats},
    products::{ProductState, ProductSummary, StateFilter},
    web::{Pager, Shell, filters},
};

#[derive(Template, WebTemplate)]
#[template(path = "dashboard/dashboard.html")]
pub(super) struct DashboardPage {
    pub shell: Shell,
    pub card: SellerCard,
    pub figures: DashboardStats,
    pub recent: Vec<InboxRow>,
    pub products: Vec<DashboardProductRow>,
    /// What the list of products was searched for.
    pub words: String,
    pub showing: StateFilter,
    pub pager: Pager,
}

pub(super) struct DashboardProductRow {
    pub product: ProductSummary,
    pub listed: DashboardProduct,
}

impl DashboardPage {
    pub fn is_narrowed(&self) -> bool {
        !self.words.is_empty() || self.showing != StateFilter::All
    }

    /// Whether there is enough to look for something in it.
    pub fn has_tools(&self) -> bool {
        self.is_narrowed() || self.pager.pages > 1
    }
}
