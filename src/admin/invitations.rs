//! `/admin/invitations`: links by which people may register; made, listed, revoked.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use sqlx::PgPool;
use tower_sessions::Session;

use super::{
    audit::{self, Done},
    model::{AuditAction, InvitationInput},
    store,
    views::InvitationsPage,
};
use crate::admin::sentences;
use crate::{
    accounts::{self, Admin},
    web::{FieldErrors, Form, Path, Result, Shell},
};

const MAX_LISTED: i64 = 200;

pub(super) async fn list(State(db): State<PgPool>, _: Admin, shell: Shell) -> Result<InvitationsPage> {
    page(&db, shell, InvitationInput::default(), FieldErrors::default(), None).await
}

async fn page(
    db: &PgPool,
    shell: Shell,
    form: InvitationInput,
    errors: FieldErrors,
    link: Option<String>,
) -> Result<InvitationsPage> {
    let invitations = accounts::invitations(db, MAX_LISTED).await?;
    Ok(InvitationsPage { shell, invitations, form, errors, link })
}

/// The answer shows the link, this once.
pub(super) async fn create(
    State(db): State<PgPool>,
    shell: Shell,
    Admin(admin): Admin,
    Form(typed): Form<InvitationInput>,
) -> Result<Response> {
    let mut errors = FieldErrors::default();
    if let Some(new) = typed.parse(&mut errors) {
        let mut tx = db.begin().await?;
        if let Some(token) = accounts::invite(&mut tx, &new, admin.account_id).await? {
            let subject = format!("“{}”, for {} people, {} days", new.note, new.uses, new.days);
            store::audit::record(&mut *tx, admin.account_id, AuditAction::CreateInvitation, &subject).await?;
            tx.commit().await?;
            let link = format!("{}{}", shell.marketplace.origin.0, token.path());
            let done = page(&db, shell, InvitationInput::default(), errors, Some(link)).await?;
            return Ok(done.into_response());
        }
        errors.add("", sentences::VERY_MANY_INVITATIONS_HOLD_ALREADY);
    }
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page(&db, shell, typed, errors, None).await?).into_response())
}

pub(super) async fn revoke(
    State(db): State<PgPool>,
    session: Session,
    Admin(admin): Admin,
    Path(id): Path<i64>,
) -> Result<Redirect> {
    let mut tx = db.begin().await?;
    let done = accounts::revoke_invitation(&mut *tx, id).await?.map(|note| Done {
        action: AuditAction::RevokeInvitation,
        subject: format!("“{note}” (invitation {id})"),
        sentence: sentences::REVOKED_NOBODY_REGISTERS_BY_IT_ANY_MORE.to_owned(),
    });
    audit::finish(tx, &session, &admin, done, sentences::THAT_INVITATION_HOLDS_NO_LONGER_ANYHOW).await?;
    Ok(Redirect::to("/admin/invitations"))
}
