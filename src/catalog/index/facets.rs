//! Counts beside choices.

/// How many there would be with another choice of one filter, and all the others as they are.
#[derive(Clone, Debug, Default)]
pub struct Facets {
    /// By category.
    pub categories: Vec<(i64, u64)>,
    /// By condition.
    pub conditions: Vec<(u64, u64)>,
}

impl Facets {
    pub fn is_empty(&self) -> bool {
        self.categories.is_empty() && self.conditions.is_empty()
    }
}

/// What a list without words is of: a category, a currency.
pub type TallyKey = (Option<i64>, Option<String>);

/// How many there are, and the counts of the choices.
pub type Tally = (u64, Facets);
