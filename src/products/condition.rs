/// How worn something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    New,
    LikeNew,
    Good,
    Fair,
    ForParts,
}

impl Condition {
    pub const ALL: [Self; 5] = [Self::New, Self::LikeNew, Self::Good, Self::Fair, Self::ForParts];

    /// As it is stored and sent.
    pub fn code(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::LikeNew => "like_new",
            Self::Good => "good",
            Self::Fair => "fair",
            Self::ForParts => "for_parts",
        }
    }

    /// Whether what is offered in the category of this slug can be worn.
    pub fn applies_to(category: &str) -> bool {
        !["services", "property", "pets"].contains(&category)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::New => "New",
            Self::LikeNew => "Like new",
            Self::Good => "Good",
            Self::Fair => "Fair",
            Self::ForParts => "For parts",
        }
    }

    /// In a row's column.
    pub fn from_row(code: &str) -> sqlx::Result<Self> {
        Self::from_code(code).ok_or_else(|| sqlx::Error::Decode(format!("unknown condition {code:?}").into()))
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|condition| condition.code() == code)
    }

    /// Codes and labels, for a form.
    pub fn options() -> Vec<(&'static str, &'static str)> {
        Self::ALL.map(|condition| (condition.code(), condition.label())).to_vec()
    }
}
