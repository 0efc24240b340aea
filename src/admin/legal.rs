//! `/admin/legal`: the legal pages, each in an editor with a preview.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use sqlx::PgPool;
use tower_sessions::Session;

use super::{
    model::AuditAction,
    store,
    views::{LegalEditPage, LegalListPage, LegalRow},
};
use crate::admin::sentences;
use crate::{
    accounts::Admin,
    legal::{self, LegalPage, Publication},
    settings::LiveSettings,
    web::{Error, FieldErrors, Form, Path, Result, Shell, flash},
};

pub(super) async fn list(State(db): State<PgPool>, _: Admin, shell: Shell) -> Result<LegalListPage> {
    let mut pages = Vec::new();
    for page in LegalPage::ALL {
        pages.push(LegalRow { page, current: legal::current(&db, page).await? });
    }
    Ok(LegalListPage { shell, pages })
}

pub(super) async fn edit(
    State(db): State<PgPool>,
    _: Admin,
    shell: Shell,
    Path(page): Path<String>,
) -> Result<LegalEditPage> {
    let page = LegalPage::from_code(&page).ok_or(Error::NotFound)?;
    let current = legal::current(&db, page).await?;
    let (latest, text) = current.map_or((0, String::new()), |it| (it.version, it.text));
    Ok(LegalEditPage { shell, page, text, latest, preview: None, errors: FieldErrors::default() })
}

#[derive(Deserialize)]
pub(super) struct LegalInput {
    #[serde(default)]
    text: String,
    #[serde(default)]
    latest: i32,
    /// `preview`, or nothing.
    #[serde(default)]
    action: String,
}

pub(super) async fn publish(
    (State(db), State(live)): (State<PgPool>, State<LiveSettings>),
    (session, shell): (Session, Shell),
    Admin(admin): Admin,
    Path(page): Path<String>,
    Form(typed): Form<LegalInput>,
) -> Result<Response> {
    let page = LegalPage::from_code(&page).ok_or(Error::NotFound)?;
    let mut errors = FieldErrors::default();
    let parsed = errors.check("text", legal::parse_text(&typed.text));
    let mut form = LegalEditPage {
        shell,
        page,
        text: typed.text,
        latest: typed.latest,
        preview: None,
        errors: FieldErrors::default(),
    };
    if let Some(text) = parsed {
        if typed.action == "preview" {
            form.preview = Some(legal::to_html(&text));
            return Ok(form.into_response());
        }
        let mut tx = db.begin().await?;
        match legal::publish(&mut tx, page, typed.latest, &text, admin.account_id).await? {
            Publication::Published(version) => {
                let subject = format!("{}, version {version}", page.title());
                store::audit::record(&mut *tx, admin.account_id, AuditAction::PublishLegal, &subject).await?;
                tx.commit().await?;
                live.refresh().await?;
                flash::success(&session, format!("{} is published as version {version}.", page.title()))
                    .await?;
                return Ok(Redirect::to("/admin/legal").into_response());
            }
            Publication::Unchanged => {
                flash::success(&session, sentences::NOTHING_WAS_CHANGED).await?;
                return Ok(Redirect::to("/admin/legal").into_response());
            }
            Publication::Outdated(version) => {
                errors.add("", sentences::another_admin_has_published_version_meanwhile(version));
                form.latest = version;
            }
        }
    }
    form.errors = errors;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, form).into_response())
}
