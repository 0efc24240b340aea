//! `/settings/notices`: which notices by which channel, quiet hours, previews, and the button for push.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use sqlx::PgPool;
use tower_sessions::Session;

use super::super::{
    choices::{CHANNELS, Choice, QuietHours, Settings, channel_of, is_on},
    kind::{Channel, Kinds},
    pusher::Pusher,
    store,
    views::{ChoicesPage, KindRow, Switch},
};
use crate::notices::sentences;
use crate::{
    accounts::CurrentUser,
    web::{Error, FieldErrors, Form, Result, Shell, flash},
};

pub(in super::super) async fn show(
    (State(db), State(kinds), State(pusher)): (State<PgPool>, State<Kinds>, State<Pusher>),
    shell: Shell,
    user: CurrentUser,
) -> Result<ChoicesPage> {
    let settings = store::choices::find(&db, user.account_id).await?;
    let choices = store::choices::choices(&db, user.account_id).await?;
    page(&db, (&kinds, &pusher), shell, &user, (settings, choices), FieldErrors::default()).await
}

/// Everything on the page is sent; what isn't ticked is off.
pub(in super::super) async fn save(
    (State(db), State(kinds), State(pusher)): (State<PgPool>, State<Kinds>, State<Pusher>),
    (session, shell): (Session, Shell),
    user: CurrentUser,
    Form(sent): Form<Vec<(String, String)>>,
) -> Result<Response> {
    let mut errors = FieldErrors::default();
    let field =
        |name: &str| sent.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value.trim());
    let zone = field("time_zone").to_owned();
    if !store::choices::time_zones(&db).await?.contains(&zone) {
        errors.add("time_zone", sentences::PLEASE_CHOOSE_A_TIME_ZONE_FROM_THE_LIST);
    }
    let is_quiet = !field("quiet").is_empty();
    let (from, to) = (QuietHours::parse_time(field("quiet_from")), QuietHours::parse_time(field("quiet_to")));
    let quiet = match (is_quiet, from, to) {
        (true, Some(from), Some(to)) if from != to => Some(QuietHours { from, to }),
        (true, ..) => {
            errors.add("quiet_from", sentences::PLEASE_SAY_FROM_WHEN_TO_WHEN);
            None
        }
        (false, ..) => None,
    };
    let settings = Settings { time_zone: zone, quiet, previews: !field("previews").is_empty() };
    let ticked = |kind: &str, channel: &str| {
        let wanted = format!("{kind}:{channel}");
        sent.iter().any(|(field, value)| field == "choice" && *value == wanted)
    };
    let mut choices = Vec::new();
    for (kind, channel) in kinds.iter().flat_map(|kind| CHANNELS.map(|channel| (kind, channel))) {
        if let Channel::On(_) | Channel::Off(_) = channel_of(&**kind, channel) {
            let is_on = ticked(kind.code(), channel);
            choices.push(Choice { kind: kind.code().to_owned(), channel: channel.to_owned(), is_on });
        }
    }
    if !errors.is_empty() {
        let page = page(&db, (&kinds, &pusher), shell, &user, (Some(settings), choices), errors).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    let mut tx = db.begin().await?;
    store::choices::save(&mut tx, user.account_id, &settings, &choices).await?;
    // The bell of open pages may count others now.
    store::notices::notify(&mut *tx, &[user.account_id]).await?;
    tx.commit().await?;
    flash::success(&session, "Saved.").await?;
    Ok(Redirect::to("/settings/notices").into_response())
}

/// Of somebody who never chose: at home where the marketplace is.
fn unset(shell: &Shell) -> Settings {
    let default = Settings::default();
    let time_zone = shell.marketplace.time_zone.clone().unwrap_or(default.time_zone);
    Settings { time_zone, ..default }
}

async fn page(
    db: &PgPool,
    (kinds, pusher): (&Kinds, &Pusher),
    shell: Shell,
    user: &CurrentUser,
    (settings, choices): (Option<Settings>, Vec<Choice>),
    errors: FieldErrors,
) -> Result<ChoicesPage> {
    let mut invites_push = false;
    for kind in kinds.iter() {
        invites_push = invites_push || kind.invites_push(db, user.account_id).await?;
    }
    let chosen = |kind: &str, channel: &str| {
        let found = choices.iter().find(|choice| choice.kind == kind && choice.channel == channel);
        found.map(|choice| choice.is_on)
    };
    let rows = kinds.iter().map(|kind| {
        let switches = CHANNELS.map(|channel| {
            let is = channel_of(&**kind, channel);
            Switch {
                channel,
                exists: is != Channel::Never,
                can_be_chosen: matches!(is, Channel::On(_) | Channel::Off(_)),
                is_on: is_on(is, chosen(kind.code(), channel)),
            }
        });
        KindRow { code: kind.code(), label: kind.label(), switches }
    });
    Ok(ChoicesPage {
        rows: rows.collect(),
        has_browsers: store::subscriptions::count(db, user.account_id).await? > 0,
        invites_push,
        key: pusher.key().await.map_err(Error::Internal)?.public(),
        time_zones: store::choices::time_zones(db).await?,
        is_unset: settings.is_none(),
        settings: settings.unwrap_or_else(|| unset(&shell)),
        shell,
        errors,
    })
}
