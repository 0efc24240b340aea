//! `/admin/settings`: what the place is called, what it looks like, who may register.
//!
//! Two admins at once: the form carries the version it was opened with, and whoever comes second is shown what the first
//! has saved, with all of their own words still in the form (optimistic concurrency).

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use sqlx::PgPool;
use tower_sessions::Session;

use super::{
    model::AuditAction,
    store,
    views::{SettingsFields, SettingsPage},
};
use crate::admin::sentences;
use crate::{
    accounts::Admin,
    products::{
        Currency,
        photos::{PhotoKey, Uploads},
        single_photo::{receive_photo, replace_named},
    },
    settings::{self, LiveSettings, Settings, SettingsForm},
    web::{FieldErrors, Form, Result, Shell, flash},
};

/// Of the audit log's line about a change.
const MAX_SUBJECT: usize = 1000;

pub(super) async fn show(
    State(db): State<PgPool>,
    State(live): State<LiveSettings>,
    _: Admin,
    shell: Shell,
) -> Result<SettingsPage> {
    let settings = settings::load(&db).await?;
    Ok(page(shell, &live, &settings, SettingsForm::of(&settings), FieldErrors::default()))
}

fn page(
    shell: Shell,
    live: &LiveSettings,
    settings: &Settings,
    form: SettingsForm,
    errors: FieldErrors,
) -> SettingsPage {
    let adjusted = settings.accent.and_then(settings::Accent::adjusted).unwrap_or_default();
    let fields = SettingsFields { form, errors, base_name: live.base().name.clone(), adjusted };
    SettingsPage { shell, fields }
}

pub(super) async fn save(
    (State(db), State(live)): (State<PgPool>, State<LiveSettings>),
    (session, shell): (Session, Shell),
    Admin(admin): Admin,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response> {
    let mut form = SettingsForm::read(fields);
    let mut errors = FieldErrors::default();
    let before = settings::load(&db).await?;
    if let Some(wanted) = parse(&db, &form, &mut errors).await? {
        let mut tx = db.begin().await?;
        if settings::save(&mut tx, &wanted, admin.account_id).await? {
            let subject = change_of(&before, &wanted);
            store::audit::record(&mut *tx, admin.account_id, AuditAction::ChangeSettings, &subject).await?;
            tx.commit().await?;
            live.refresh().await?;
            let adjusted = wanted.accent.and_then(settings::Accent::adjusted).unwrap_or_default();
            flash::success(&session, format!("Saved; every page shows it now. {adjusted}").trim()).await?;
            return Ok(Redirect::to("/admin/settings").into_response());
        }
        drop(tx);
        let now = settings::load(&db).await?;
        errors.add("", meanwhile(&SettingsForm::of(&now), &form));
        // The next time it is meant.
        form.version = now.version.to_string();
        return Ok(refused(page(shell, &live, &now, form, errors)));
    }
    errors.add("", sentences::PLEASE_LOOK_AT_THE_FIELDS_MARKED_BELOW);
    Ok(refused(page(shell, &live, &before, form, errors)))
}

fn refused(page: SettingsPage) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
}

/// What is typed, if it can be.
pub(super) async fn parse(
    db: &PgPool,
    form: &SettingsForm,
    errors: &mut FieldErrors,
) -> Result<Option<Settings>> {
    let Some(wanted) = form.check(|code| Currency::from_code(code).is_some(), errors) else {
        return Ok(None);
    };
    if let Some(zone) = &wanted.time_zone
        && !settings::is_time_zone(db, zone).await?
    {
        errors.add("time_zone", sentences::THERE_IS_NO_TIME_ZONE_OF_THIS_NAME);
        return Ok(None);
    }
    Ok(Some(wanted))
}

/// For the second of two admins.
fn meanwhile(now: &SettingsForm, typed: &SettingsForm) -> String {
    let differences = now.differences(typed).into_iter().map(|(field, now, _)| match &*now {
        "" => format!("{field} is empty"),
        now => format!("{field} is “{now}”"),
    });
    let differences: Vec<String> = differences.collect();
    let what = match differences.is_empty() {
        true => "just as you have it here".to_owned(),
        false => format!("where it differs from yours, {}", differences.join(", ")),
    };
    sentences::another_admin_has_saved_these_settings_meanwhile(what)
}

pub(super) fn change_of(before: &Settings, now: &Settings) -> String {
    let differences = SettingsForm::of(before).differences(&SettingsForm::of(now));
    let each = differences.into_iter().map(|(field, old, new)| format!("{field}: “{old}” → “{new}”"));
    let all = each.collect::<Vec<_>>().join("; ");
    if all.is_empty() { "nothing changed".to_owned() } else { all.chars().take(MAX_SUBJECT).collect() }
}

/// A picture like any other: through the same decoder, within the same limits, into the same store.
pub(super) async fn set_logo(
    (State(db), State(live), State(uploads)): (State<PgPool>, State<LiveSettings>, State<Uploads>),
    session: Session,
    Admin(admin): Admin,
    request: Request,
) -> Result<Redirect> {
    let back = Redirect::to("/admin/settings#logo");
    let key = match receive_photo(&db, &uploads, admin.account_id, None, "logo", request).await? {
        Ok(key) => key,
        Err(sentence) => {
            flash::error(&session, sentence).await?;
            return Ok(back);
        }
    };
    replace_logo(&db, &live, admin.account_id, Some(key)).await?;
    flash::success(&session, sentences::THE_LOGO_IS_CHANGED).await?;
    Ok(back)
}

pub(super) async fn remove_logo(
    (State(db), State(live)): (State<PgPool>, State<LiveSettings>),
    session: Session,
    Admin(admin): Admin,
) -> Result<Redirect> {
    replace_logo(&db, &live, admin.account_id, None).await?;
    flash::success(&session, sentences::THE_LOGO_IS_REMOVED).await?;
    Ok(Redirect::to("/admin/settings#logo"))
}

/// The one before goes with the next sweep.
async fn replace_logo(db: &PgPool, live: &LiveSettings, admin_id: i64, key: Option<PhotoKey>) -> Result<()> {
    let mut tx = db.begin().await?;
    let before = settings::set_logo(&mut tx, key.as_ref().map(PhotoKey::as_str)).await?;
    replace_named(&mut tx, before.as_deref(), key.as_ref()).await?;
    let subject = if key.is_some() { "a new one" } else { "removed" };
    store::audit::record(&mut *tx, admin_id, AuditAction::ChangeLogo, subject).await?;
    tx.commit().await?;
    Ok(live.refresh().await?)
}
