//! `/setup`: the first start in one page, for whoever can read the program's output: an admin, and the settings.
//!
//! The address holds a key that is made anew by each start and printed while there is no admin. Invariant: with the first
//! admin the page is gone, whoever else has the key; two at once make one admin, because that is decided under a lock.

use std::sync::Arc;

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
    settings::{change_of, parse},
    store,
    views::{SettingsFields, SetupPage},
};
use crate::admin::sentences;
use crate::{
    accounts::{self, Email, FirstAdmin, Password},
    settings::{self, LiveSettings, SettingsForm},
    web::{Error, FieldErrors, Form, Query, Result, Shell, flash},
};

/// What the address of this start holds: 128 random bits.
#[derive(Clone)]
pub struct SetupKey(Arc<str>);

impl SetupKey {
    pub fn random() -> Self {
        SetupKey(format!("{:032x}", rand::random::<u128>()).into())
    }

    /// Path and query of the page.
    pub fn path(&self) -> String {
        format!("/setup?key={}", self.0)
    }
}

#[derive(Deserialize)]
pub(super) struct SetupQuery {
    #[serde(default)]
    key: String,
}

/// For whoever has the key, while there is no admin; for everybody else there is no such page.
async fn check(db: &PgPool, key: &SetupKey, given: &str) -> Result<()> {
    if *given != *key.0 || !accounts::has_no_admin(db).await? {
        return Err(Error::NotFound);
    }
    Ok(())
}

pub(super) async fn show(
    (State(db), State(live), State(key)): (State<PgPool>, State<LiveSettings>, State<SetupKey>),
    shell: Shell,
    Query(asked): Query<SetupQuery>,
) -> Result<SetupPage> {
    check(&db, &key, &asked.key).await?;
    let form = SettingsForm::of(&settings::load(&db).await?);
    Ok(page(shell, &live, &key, form, String::new(), FieldErrors::default()))
}

fn page(
    shell: Shell,
    live: &LiveSettings,
    key: &SetupKey,
    form: SettingsForm,
    email: String,
    errors: FieldErrors,
) -> SetupPage {
    let base_name = live.base().name.clone();
    let fields = SettingsFields { form, errors, base_name, adjusted: String::new() };
    SetupPage { shell, fields, key: key.0.to_string(), email }
}

pub(super) async fn set_up(
    (State(db), State(live), State(key)): (State<PgPool>, State<LiveSettings>, State<SetupKey>),
    (session, shell): (Session, Shell),
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response> {
    let text = |name: &str| fields.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value);
    check(&db, &key, text("key")).await?;
    let mut errors = FieldErrors::default();
    let email = errors.check("email", Email::parse(text("email")));
    let password = errors
        .check("password", Password::parse_for(text("password"), email.as_ref().map_or("", Email::as_str)));
    let typed_email = text("email").to_owned();
    let mut form = SettingsForm::read(fields);
    let before = settings::load(&db).await?;
    // Nobody else can have saved them: they were shown with what there is.
    form.version = before.version.to_string();
    let wanted = parse(&db, &form, &mut errors).await?;
    if let (Some(email), Some(password), Some(wanted)) = (email, password, wanted) {
        let hash = accounts::hash(&password).await?;
        let mut tx = db.begin().await?;
        match accounts::create_first_admin(&mut tx, &email, &hash).await? {
            FirstAdmin::Created(admin_id) => {
                if !settings::save(&mut tx, &wanted, admin_id).await? {
                    return Err(Error::Busy(sentences::SOMEBODY_ELSE_IS_AT_IT));
                }
                let subject = change_of(&before, &wanted);
                store::audit::record(&mut *tx, admin_id, AuditAction::ChangeSettings, &subject).await?;
                tx.commit().await?;
                live.refresh().await?;
                flash::success(&session, sentences::YOUR_MARKETPLACE_IS_OPEN).await?;
                return Ok(Redirect::to("/login?next=/admin").into_response());
            }
            FirstAdmin::NotFirst => return Err(Error::NotFound),
            FirstAdmin::EmailTaken => errors.add("email", sentences::THIS_ADDRESS_HAS_AN_ACCOUNT_ALREADY),
        }
    }
    errors.add("", sentences::PLEASE_LOOK_AT_THE_FIELDS_AND_THE_PASSWORD);
    let page = page(shell, &live, &key, form, typed_email, errors);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}
