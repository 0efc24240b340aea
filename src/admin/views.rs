//! The admin's templates.

use askama::Template;
use askama_web::WebTemplate;

use crate::admin::sentences;
use crate::{
    accounts::{Invitation, Password, SellerCard, WaitingPerson, oauth::App},
    admin::{
        chart::{self, Chart},
        model::{AppInput, InvitationInput, PeopleFilter},
        store::{
            audit::AuditLine,
            overview::{DailyStats, MarketTotals, TopSeller},
            people::{Person, SellerStats},
            products::ListedProduct,
        },
    },
    catalog::MissedSearch,
    jobs::{FailedJob, JobCounts},
    legal::{LegalPage, LegalText},
    products::{Category, CategoryDraft, Currency, ProductState, ProductSummary, StateFilter},
    safety::{Case, CaseFigures, QueueLine},
    settings::{SettingsForm, countries},
    web::{FieldErrors, Pager, Registration, Shell, filters},
    webhooks::{DeliveryLine, Webhook},
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
#[template(path = "admin/cases.html")]
pub(super) struct CasesPage {
    pub shell: Shell,
    pub queue: Vec<QueueLine>,
    pub figures: CaseFigures,
    pub pager: Pager,
}

#[derive(Template, WebTemplate)]
#[template(path = "admin/case.html")]
pub(super) struct CasePage {
    pub shell: Shell,
    pub case: Case,
    /// Open reports of the same thing.
    pub others: Vec<Case>,
    pub may_decide_appeal: bool,
    pub decision: String,
    pub words: String,
    pub errors: FieldErrors,
}

impl CasePage {
    pub const DECISIONS: [(&'static str, &'static str); 3] = [
        ("dismissed", "The report isn’t followed"),
        ("upheld", "It is against the rules: tell them"),
        ("fraud", "Fraud: suspend the account and warn whoever talked to it"),
    ];
    pub const APPEAL_DECISIONS: [(&'static str, &'static str); 2] = [
        ("confirmed", "The decision stays"),
        ("reversed", "It is taken back; a suspended account is restored"),
    ];
}

#[derive(Template, WebTemplate)]
#[template(path = "admin/audit.html")]
pub(super) struct AuditPage {
    pub shell: Shell,
    pub lines: Vec<AuditLine>,
    pub pager: Pager,
}

/// The fields of the settings, for their page and for a first start.
pub(super) struct SettingsFields {
    pub form: SettingsForm,
    pub errors: FieldErrors,
    /// What it is called while the page doesn't say.
    pub base_name: String,
    /// How the saved colour is shown where it can't be shown as it is.
    pub adjusted: String,
}

impl SettingsFields {
    pub fn countries(&self) -> Vec<(&'static str, &'static str)> {
        countries()
    }

    /// Code, and whether prices may be in it.
    pub fn currencies(&self) -> Vec<(&'static str, bool)> {
        let chosen = |code: &str| self.form.currencies.iter().any(|it| it == code);
        Currency::codes().map(|code| (code, chosen(code))).collect()
    }

    pub fn currency_options(&self) -> Vec<(&'static str, &'static str)> {
        Currency::codes().map(|code| (code, code)).collect()
    }

    /// Code, title, text.
    pub fn registrations(&self) -> [(&'static str, &'static str, &'static str); 3] {
        Registration::ALL.map(|it| match it {
            Registration::Open => (it.code(), "Anybody", "With an email address and a password"),
            Registration::Invitation => (it.code(), "By invitation", "Whoever has a link that you made"),
            Registration::Approval => (it.code(), "After approval", "They wait until you have said yes"),
        })
    }

    pub fn name_hint(&self) -> String {
        sentences::empty_as_the_program_was_started_with(&self.base_name)
    }

    pub fn colour_hint(&self) -> String {
        format!("Of buttons and links, like #0d5c49; empty for ours. {}", self.adjusted)
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "admin/settings.html")]
pub(super) struct SettingsPage {
    pub shell: Shell,
    pub fields: SettingsFields,
}

/// The first start: an admin and the settings at once.
#[derive(Template, WebTemplate)]
#[template(path = "admin/setup.html")]
pub(super) struct SetupPage {
    pub shell: Shell,
    pub fields: SettingsFields,
    pub key: String,
    pub email: String,
}

impl SetupPage {
    pub fn password_hint(&self) -> String {
        sentences::at_least_characters(Password::MIN)
    }
}

/// A legal page in the list.
pub(super) struct LegalRow {
    pub page: LegalPage,
    pub current: Option<LegalText>,
}

impl LegalRow {
    pub fn is_written(&self) -> bool {
        self.current.as_ref().is_some_and(|current| !current.text.is_empty())
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "admin/legal.html")]
pub(super) struct LegalListPage {
    pub shell: Shell,
    pub pages: Vec<LegalRow>,
}

#[derive(Template, WebTemplate)]
#[template(path = "admin/legal_edit.html")]
pub(super) struct LegalEditPage {
    pub shell: Shell,
    pub page: LegalPage,
    pub text: String,
    /// The version that is being replaced; 0 for none.
    pub latest: i32,
    /// What it looks like, if it was asked for; made without the HTML of whoever wrote it.
    pub preview: Option<String>,
    pub errors: FieldErrors,
}

#[derive(Template, WebTemplate)]
#[template(path = "admin/apps.html")]
pub(super) struct AppsPage {
    pub shell: Shell,
    pub apps: Vec<App>,
    pub form: AppInput,
    pub errors: FieldErrors,
}

#[derive(Template, WebTemplate)]
#[template(path = "admin/search.html")]
pub(super) struct SearchPage {
    pub shell: Shell,
    pub synonyms: String,
    pub missed: Vec<MissedSearch>,
    pub errors: FieldErrors,
}

#[derive(Template, WebTemplate)]
#[template(path = "admin/invitations.html")]
pub(super) struct InvitationsPage {
    pub shell: Shell,
    pub invitations: Vec<Invitation>,
    pub form: InvitationInput,
    pub errors: FieldErrors,
    /// Of the one just made.
    pub link: Option<String>,
}

#[derive(Template, WebTemplate)]
#[template(path = "admin/approvals.html")]
pub(super) struct ApprovalsPage {
    pub shell: Shell,
    pub people: Vec<WaitingPerson>,
    pub products: Vec<ProductSummary>,
}

pub(super) struct WebhookLine {
    pub webhook: Webhook,
    /// The last ones, the newest first.
    pub calls: Vec<DeliveryLine>,
    /// Those before.
    pub earlier: Vec<DeliveryLine>,
}

#[derive(Template, WebTemplate)]
#[template(path = "admin/webhooks.html")]
pub(super) struct WebhooksPage {
    pub shell: Shell,
    pub lines: Vec<WebhookLine>,
    pub url: String,
    pub errors: FieldErrors,
    /// Of the one just made.
    pub secret: Option<String>,
}
