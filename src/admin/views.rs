//! The admin's templates.

use askama::Template;
use askama_web::WebTemplate;

use crate::{
    accounts::SellerCard,
    admin::{
        chart::{self, Chart},
        model::PeopleFilter,
        store::{
            audit::AuditLine,
            overview::{DailyStats, MarketTotals, TopSeller},
            people::{Person, SellerStats},
            products::ListedProduct,
        },
    },
    jobs::{FailedJob, JobCounts},
    products::{Category, CategoryDraft, ProductState, ProductSummary, StateFilter},
    web::{Pager, Shell, filters},
};

#[derive(Template, WebTemplate)]
#[template(path = "admin/overview.html")]
pub(super) struct OverviewPage {
    pub shell: Shell,
    pub totals: MarketTotals,
    pub charts: Vec<Chart>,
    /// The charts' numbers.
    pub days: Vec<DailyStats>,
    pub busiest: Vec<TopSeller>,
}

#[derive(Template, WebTemplate)]
#[template(path = "admin/people.html")]
pub(super) struct PeoplePage {
    pub shell: Shell,
    pub people: Vec<Person>,
    pub words: String,
    pub role: PeopleFilter,
    pub pager: Pager,
}

#[derive(Template, WebTemplate)]
#[template(path = "admin/seller.html")]
pub(super) struct AdminSellerPage {
    pub shell: Shell,
    pub card: SellerCard,
    pub person: Person,
    pub figures: SellerStats,
}

impl AdminSellerPage {
    /// How many products in each state; the code is the list's filter.
    pub fn product_figures(&self) -> [(&'static str, StateFilter, i64); 4] {
        let figures = &self.figures;
        [
            ("For sale", StateFilter::ForSale, figures.for_sale),
            ("Sold", StateFilter::Sold, figures.sold),
            ("Hidden", StateFilter::Hidden, figures.hidden),
            ("Deleted", StateFilter::Deleted, figures.deleted),
        ]
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "admin/products.html")]
pub(super) struct ProductsPage {
    pub shell: Shell,
    pub products: Vec<ListedProductRow>,
    pub words: String,
    pub showing: StateFilter,
    /// Whose products these are, if the list is of one seller's.
    pub seller: Option<SellerCard>,
    pub pager: Pager,
}

impl ProductsPage {
    fn is_narrowed(&self) -> bool {
        !self.words.is_empty() || self.showing != StateFilter::All || self.seller.is_some()
    }
}

pub(super) struct ListedProductRow {
    pub product: ProductSummary,
    pub listed: ListedProduct,
}

#[derive(Template, WebTemplate)]
#[template(path = "admin/categories.html")]
pub(super) struct CategoriesPage {
    pub shell: Shell,
    pub categories: Vec<CategoryForm>,
    pub new: CategoryForm,
}

/// A category's form; without an id, a new one's.
#[derive(Clone, Debug, Default)]
pub(super) struct CategoryForm {
    pub id: i64,
    pub slug: String,
    pub name: String,
    pub icon: String,
    /// Why the name can't be.
    pub refusal: String,
    /// How many products are in it, whatever their state.
    pub products: i64,
}

impl CategoryForm {
    pub fn of(category: Category, products: i64) -> Self {
        let Category { id, slug, name, icon } = category;
        CategoryForm { id, slug, name, icon, refusal: String::new(), products }
    }

    /// Symbols of the sprite, and how they're called.
    pub fn icons() -> impl Iterator<Item = (&'static str, String)> {
        CategoryDraft::ICONS.into_iter().map(|icon| (icon, icon.replace('-', " ")))
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "admin/jobs.html")]
pub(super) struct JobsPage {
    pub shell: Shell,
    pub counts: JobCounts,
    pub failed: Vec<FailedJob>,
}

#[derive(Template, WebTemplate)]
#[template(path = "admin/audit.html")]
pub(super) struct AuditPage {
    pub shell: Shell,
    pub lines: Vec<AuditLine>,
    pub pager: Pager,
}
