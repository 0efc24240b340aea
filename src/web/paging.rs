//! Pages of a list, by number.

/// Where a page of a list stands. Pages count from 1.
#[derive(Clone, Debug)]
pub struct Pager {
    pub page: i64,
    pub pages: i64,
    pub total: i64,
    per_page: i64,
    /// The list's address with its filters and without `page`: `/products?q=bike&`.
    base: String,
}

impl Pager {
    /// `page` as it was asked for; one that doesn't exist becomes the nearest that does.
    pub fn new(page: Option<i64>, per_page: i64, total: i64, base: impl Into<String>) -> Self {
        let pages = ((total + per_page - 1) / per_page).max(1);
        let page = page.unwrap_or(1).clamp(1, pages);
        Pager { page, pages, total, per_page, base: base.into() }
    }

    pub fn limit(&self) -> i64 {
        self.per_page
    }

    pub fn offset(&self) -> i64 {
        (self.page - 1) * self.per_page
    }

    pub fn url(&self, page: &i64) -> String {
        format!("{}page={page}", self.base)
    }

    pub fn previous(&self) -> Option<i64> {
        (self.page > 1).then(|| self.page - 1)
    }

    pub fn next(&self) -> Option<i64> {
        (self.page < self.pages).then(|| self.page + 1)
    }
}
