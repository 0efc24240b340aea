//! What admins did: every action leaves a line, in the transaction that does it.

use axum::extract::State;
use serde::Deserialize;
use sqlx::PgPool;

use super::{store, views::AuditPage};
use crate::{
    accounts::Admin,
    web::{Pager, Query, Result, Shell},
};

const PER_PAGE: i64 = 50;

/// Something an admin can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    SuspendPerson,
    RestorePerson,
    HideProduct,
    ShowProduct,
    CreateCategory,
    ChangeCategory,
    MoveCategory,
    DeleteCategory,
}

impl Action {
    const ALL: [Self; 8] = [
        Self::SuspendPerson,
        Self::RestorePerson,
        Self::HideProduct,
        Self::ShowProduct,
        Self::CreateCategory,
        Self::ChangeCategory,
        Self::MoveCategory,
        Self::DeleteCategory,
    ];

    /// As it is stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::SuspendPerson => "person.suspend",
            Self::RestorePerson => "person.restore",
            Self::HideProduct => "product.hide",
            Self::ShowProduct => "product.show",
            Self::CreateCategory => "category.create",
            Self::ChangeCategory => "category.change",
            Self::MoveCategory => "category.move",
            Self::DeleteCategory => "category.delete",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::SuspendPerson => "Suspended a person",
            Self::RestorePerson => "Restored a person",
            Self::HideProduct => "Hid a product",
            Self::ShowProduct => "Showed a product again",
            Self::CreateCategory => "Added a category",
            Self::ChangeCategory => "Changed a category",
            Self::MoveCategory => "Moved a category",
            Self::DeleteCategory => "Removed a category",
        }
    }

    /// As people read it; a code of another version reads as itself.
    pub fn label_of(code: &str) -> &str {
        Self::ALL.into_iter().find(|action| action.code() == code).map_or(code, |action| action.label())
    }
}

#[derive(Deserialize)]
pub(super) struct Asked {
    page: Option<i64>,
}

pub(super) async fn list(
    State(db): State<PgPool>,
    _: Admin,
    shell: Shell,
    Query(asked): Query<Asked>,
) -> Result<AuditPage> {
    let total = store::audit::count(&db).await?;
    let pager = Pager::new(asked.page, PER_PAGE, total, "/admin/audit?");
    let lines = store::audit::latest(&db, pager.limit(), pager.offset()).await?;
    Ok(AuditPage { shell, lines, pager })
}
