//! `/admin/people`: everybody with an account; suspending and restoring them.

use axum::{extract::State, response::Redirect};
use serde::Deserialize;
use sqlx::PgPool;
use tower_sessions::Session;

use crate::admin::sentences;
use crate::{
    accounts::{self, AccessEvents, Admin, Moderated},
    admin::{
        model::{AuditAction, PeopleFilter},
        store,
        views::PeoplePage,
    },
    products,
    web::{Error, Form, Pager, Path, Query, Result, ReturnForm, Shell, flash, form},
};

const PEOPLE_PER_PAGE: i64 = 30;

#[derive(Deserialize)]
pub(super) struct PeopleQuery {
    #[serde(default)]
    q: String,
    #[serde(default)]
    role: PeopleFilter,
    page: Option<i64>,
}

pub(super) async fn list(
    State(db): State<PgPool>,
    _: Admin,
    shell: Shell,
    Query(asked): Query<PeopleQuery>,
) -> Result<PeoplePage> {
    let words = form::search(&asked.q, 100);
    let total = store::people::count(&db, asked.role, &words).await?;
    let base = Pager::base("/admin/people", &[("q", &words), ("role", asked.role.code())]);
    let pager = Pager::new(asked.page, PEOPLE_PER_PAGE, total, base);
    let people = store::people::page(&db, asked.role, &words, (pager.limit(), pager.offset())).await?;
    Ok(PeoplePage { shell, people, words, role: asked.role, pager })
}

/// What every form here sends, and who sends it.
type Moderating = (State<PgPool>, State<AccessEvents>, Session, Admin, Path<i64>, Form<ReturnForm>);

/// Ends their sessions, closes their sockets and hides what they sell, until they are restored.
pub(super) async fn suspend(request: Moderating) -> Result<Redirect> {
    moderate(request, AuditAction::SuspendPerson).await
}

/// Makes an ordinary person of an admin.
pub(super) async fn demote(request: Moderating) -> Result<Redirect> {
    moderate(request, AuditAction::DemoteAdmin).await
}

/// The way back for somebody who has lost theirs.
pub(super) async fn remove_second_factor(request: Moderating) -> Result<Redirect> {
    moderate(request, AuditAction::RemoveSecondFactor).await
}

/// Nobody does it to themself.
async fn moderate(request: Moderating, action: AuditAction) -> Result<Redirect> {
    let (State(db), State(events), session, Admin(admin), Path(id), Form(back)) = request;
    let person = store::people::find(&db, id).await?.ok_or(Error::NotFound)?;
    let to = Redirect::to(back.next.or("/admin/people"));
    if id == admin.account_id {
        flash::error(&session, sentences::ANOTHER_ADMIN_HAS_TO_DO_THAT_TO_YOU).await?;
        return Ok(to);
    }
    let mut tx = db.begin().await?;
    let (moderated, outcome) = match action {
        AuditAction::SuspendPerson => {
            let moderated = accounts::suspend(&mut tx, id).await?;
            if let (Moderated::Done(_), Some(seller_id)) = (&moderated, person.seller_id) {
                products::set_seller_paused(&mut *tx, seller_id, true, admin.account_id).await?;
            }
            (moderated, "is suspended, and signed out everywhere.")
        }
        AuditAction::DemoteAdmin => (accounts::demote(&mut tx, id).await?, "is no admin any more."),
        _ => (
            accounts::remove_second_factor(&mut tx, id).await?,
            "signs in with the password alone now, and is signed out everywhere.",
        ),
    };
    match moderated {
        Moderated::Done(ended) => {
            store::audit::record(&mut *tx, admin.account_id, action, &person.subject()).await?;
            tx.commit().await?;
            events.publish(ended);
            flash::success(&session, format!("{} {outcome}", person.name)).await?;
        }
        Moderated::LastAdmin => {
            let sentence = sentences::NOBODY_ELSE_COULD_RUN_THE_MARKETPLACE;
            flash::error(&session, sentence).await?;
        }
        Moderated::Unchanged => {}
    }
    Ok(to)
}

pub(super) async fn restore(
    State(db): State<PgPool>,
    session: Session,
    Admin(admin): Admin,
    Path(id): Path<i64>,
    Form(back): Form<ReturnForm>,
) -> Result<Redirect> {
    let person = store::people::find(&db, id).await?.ok_or(Error::NotFound)?;
    let mut tx = db.begin().await?;
    if accounts::restore(&mut *tx, id).await? {
        if let Some(seller_id) = person.seller_id {
            products::set_seller_paused(&mut *tx, seller_id, false, admin.account_id).await?;
        }
        let subject = person.subject();
        store::audit::record(&mut *tx, admin.account_id, AuditAction::RestorePerson, &subject).await?;
        tx.commit().await?;
        flash::success(&session, format!("{} is restored, and can sign in again.", person.name)).await?;
    }
    Ok(Redirect::to(back.next.or("/admin/people")))
}
