//! Offset pagination: pages of a list by number.

use super::return_to::encode;

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

    /// The base of a list's address: `path` with these filters; empty ones are left out.
    pub fn base(path: &str, filters: &[(&str, &str)]) -> String {
        let mut base = format!("{path}?");
        for (name, value) in filters.iter().filter(|(_, value)| !value.is_empty()) {
            base.push_str(&format!("{name}={}&", encode(value)));
        }
        base
    }

    /// The address of the page at hand.
    pub fn here(&self) -> String {
        self.url(&self.page)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_keeps_its_filters() {
        let base = Pager::base("/admin/people", &[("q", "ana & co"), ("role", "")]);
        let pager = Pager::new(Some(9), 20, 41, base);
        assert_eq!(pager.here(), "/admin/people?q=ana%20%26%20co&page=3");
        assert_eq!((pager.previous(), pager.next()), (Some(2), None));
    }
}
