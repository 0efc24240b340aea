//! What products are sorted into. Everybody sees the categories; an admin edits them.

use sqlx::PgExecutor;

use super::{slug::slug, store};
use crate::products::sentences;
use crate::web::{Result, form};

#[derive(Clone, Debug)]
pub struct Category {
    pub id: i64,
    /// In addresses and forms.
    pub slug: String,
    pub name: String,
    /// A symbol of the icon sprite.
    pub icon: String,
}

/// A category as an admin's form has it.
#[derive(Clone, Debug)]
pub struct CategoryDraft {
    name: String,
    icon: String,
}

impl CategoryDraft {
    /// The icons to choose from; the sprite has all of them.
    pub const ICONS: [&str; 17] = [
        "car",
        "smartphone",
        "sofa",
        "shirt",
        "guitar",
        "dumbbell",
        "baby",
        "book-open",
        "paw-print",
        "house",
        "hammer",
        "handshake",
        "camera",
        "package",
        "heart",
        "star",
        "tag",
    ];

    pub fn parse(name: &str, icon: &str) -> Result<Self, String> {
        let name = form::line(name, 60)?;
        if slug(&name, usize::MAX).is_empty() {
            return Err(sentences::PLEASE_USE_A_FEW_LETTERS_OR_DIGITS.to_owned());
        }
        let icon = Self::ICONS.into_iter().find(|known| *known == icon).unwrap_or("tag");
        Ok(Self { name, icon: icon.to_owned() })
    }

    pub fn name(&self) -> &str {
        &self.name
    }
}

/// Why a category stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CategoryError {
    #[error("{}", sentences::THERE_IS_A_CATEGORY_WITH_THAT_NAME)]
    Taken,
    #[error("{}", sentences::THERE_ARE_PRODUCTS_IN_THIS_CATEGORY)]
    InUse,
    #[error("{}", sentences::THERE_IS_NO_SUCH_CATEGORY)]
    Missing,
}

impl CategoryError {
    /// What programs tell them apart by; it never changes.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Taken => "category_taken",
            Self::InUse => "category_in_use",
            Self::Missing => "category_missing",
        }
    }
}

/// All of them, in the order in which people see them.
pub async fn categories(db: impl PgExecutor<'_>) -> Result<Vec<Category>> {
    Ok(store::categories::all(db).await?)
}

/// Adds one at the end; its slug is made of its name.
pub async fn create_category(
    db: impl PgExecutor<'_>,
    draft: &CategoryDraft,
) -> Result<Result<i64, CategoryError>> {
    refusal(store::categories::insert(db, &slug(&draft.name, usize::MAX), &draft.name, &draft.icon).await)
}

/// Changes name and icon. The slug stays, because links lead to it.
pub async fn update_category(
    db: impl PgExecutor<'_>,
    id: i64,
    draft: &CategoryDraft,
) -> Result<Result<(), CategoryError>> {
    let found = store::categories::update(db, id, &draft.name, &draft.icon).await?;
    Ok(if found { Ok(()) } else { Err(CategoryError::Missing) })
}

/// Swaps places with its neighbour.
pub async fn move_category(db: impl PgExecutor<'_>, id: i64, up: bool) -> Result<()> {
    Ok(store::categories::swap(db, id, up).await?)
}

/// Removes an empty one.
pub async fn delete_category(db: impl PgExecutor<'_>, id: i64) -> Result<Result<(), CategoryError>> {
    refusal(store::categories::delete(db, id).await)
        .map(|done| done.and_then(|found| if found { Ok(()) } else { Err(CategoryError::Missing) }))
}

fn refusal<T>(done: sqlx::Result<T>) -> Result<Result<T, CategoryError>> {
    match done {
        Ok(value) => Ok(Ok(value)),
        Err(sqlx::Error::Database(e)) if e.constraint() == Some("categories_slug_key") => {
            Ok(Err(CategoryError::Taken))
        }
        Err(sqlx::Error::Database(e)) if e.constraint() == Some("products_category_id_fkey") => {
            Ok(Err(CategoryError::InUse))
        }
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_needs_something_to_make_an_address_of() {
        assert!(CategoryDraft::parse("Tools & garden", "hammer").is_ok());
        assert!(CategoryDraft::parse("本", "car").is_err());
    }
}
