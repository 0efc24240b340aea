//! What somebody's program asks of their notices: the list, what they have chosen, and where to push.

use time::OffsetDateTime;

use super::{
    choices::{CHANNELS, Choice, QuietHours, Settings, channel_of, is_on},
    kind::{Channel, Words},
    notice::Notice,
    pages::{
        list::{mark_read, mark_read_elsewhere},
        push::{Subscribed, remember},
    },
    sentences,
    state::State,
    store,
};
use crate::{
    accounts::CurrentUser,
    web::{Error, FieldErrors, Result},
};

/// The notices from after this place on, the newest first, with their words as they are now.
pub async fn notices_before(
    state: &State,
    user: &CurrentUser,
    before: Option<(OffsetDateTime, i64)>,
    limit: i64,
) -> Result<(Vec<(Notice, Words)>, Option<(OffsetDateTime, i64)>)> {
    let mut rows = store::notices::page_before(&state.db, user.account_id, before, limit + 1).await?;
    let has_more = rows.len() as i64 > limit;
    rows.truncate(limit as usize);
    // Before those are left out whose subject is gone.
    let next = rows.last().filter(|_| has_more).map(|last| (last.happened_at, last.id));
    let mut notices = state.kinds.describe(&state.db, rows).await?;
    mark_read_elsewhere(&state.db, &mut notices).await?;
    Ok((notices, next))
}

/// Marks these of somebody's notices read, or with none named all of them (idempotent).
pub async fn mark_notices_read(state: &State, user: &CurrentUser, ids: Option<&[i64]>) -> Result<()> {
    let Some(ids) = ids else {
        let mut tx = state.db.begin().await?;
        let changed = store::notices::mark_all_read(&mut *tx, user.account_id).await?;
        store::notices::notify(&mut *tx, &changed[..changed.len().min(1)]).await?;
        return Ok(tx.commit().await?);
    };
    let own = store::notices::own_ids(&state.db, user.account_id, ids).await?;
    mark_read(&state.db, &own).await
}

/// What somebody has chosen: how they are told of a kind by a channel.
#[derive(Clone, Debug)]
pub struct NoticeChoice {
    pub kind: String,
    pub channel: String,
    pub is_on: bool,
    /// Whether it is theirs to choose.
    pub can_be_chosen: bool,
}

/// As texts, for programs.
#[derive(Clone, Debug)]
pub struct NoticeSettings {
    pub time_zone: String,
    /// From and to, `HH:MM`.
    pub quiet: Option<(String, String)>,
    pub previews: bool,
    pub choices: Vec<NoticeChoice>,
}

pub async fn notice_settings(state: &State, user: &CurrentUser) -> Result<NoticeSettings> {
    let settings = store::choices::find(&state.db, user.account_id).await?.unwrap_or_default();
    let chosen = store::choices::choices(&state.db, user.account_id).await?;
    let mut choices = Vec::new();
    for (kind, channel) in state.kinds.iter().flat_map(|kind| CHANNELS.map(|channel| (kind, channel))) {
        let is = channel_of(&**kind, channel);
        if is == Channel::Never {
            continue;
        }
        let mine = chosen.iter().find(|choice| choice.kind == kind.code() && choice.channel == channel);
        choices.push(NoticeChoice {
            kind: kind.code().to_owned(),
            channel: channel.to_owned(),
            is_on: is_on(is, mine.map(|choice| choice.is_on)),
            can_be_chosen: matches!(is, Channel::On(_) | Channel::Off(_)),
        });
    }
    let quiet = settings.quiet.map(|it| (QuietHours::show_time(it.from), QuietHours::show_time(it.to)));
    Ok(NoticeSettings { time_zone: settings.time_zone, quiet, previews: settings.previews, choices })
}

/// Replaces somebody's settings; of the choices only those that are theirs to make and are named.
pub async fn save_notice_settings(
    state: &State,
    user: &CurrentUser,
    wanted: &NoticeSettings,
) -> Result<Result<(), FieldErrors>> {
    let mut errors = FieldErrors::default();
    if !store::choices::time_zones(&state.db).await?.contains(&wanted.time_zone) {
        errors.add("time_zone", sentences::PLEASE_CHOOSE_A_TIME_ZONE_FROM_THE_LIST);
    }
    let quiet = match &wanted.quiet {
        None => None,
        Some((from, to)) => match (QuietHours::parse_time(from), QuietHours::parse_time(to)) {
            (Some(from), Some(to)) if from != to => Some(QuietHours { from, to }),
            _ => {
                errors.add("quiet", sentences::PLEASE_SAY_FROM_WHEN_TO_WHEN);
                None
            }
        },
    };
    let mut choices = Vec::new();
    for NoticeChoice { kind, channel, is_on, .. } in &wanted.choices {
        let known = state.kinds.get(kind).filter(|_| CHANNELS.contains(&&**channel));
        match known.map(|kind| channel_of(&**kind, channel)) {
            Some(Channel::On(_) | Channel::Off(_)) => {
                choices.push(Choice { kind: kind.clone(), channel: channel.clone(), is_on: *is_on });
            }
            _ => errors.add("choices", sentences::THERE_IS_NO_SUCH_CHOICE),
        }
    }
    if !errors.is_empty() {
        return Ok(Err(errors));
    }
    let settings = Settings { time_zone: wanted.time_zone.clone(), quiet, previews: wanted.previews };
    let mut tx = state.db.begin().await?;
    store::choices::save(&mut tx, user.account_id, &settings, &choices).await?;
    store::notices::notify(&mut *tx, &[user.account_id]).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Pushes to this device from now on, for as long as the grant holds: by RFC 8030 and 8291, whoever distributes it.
pub async fn subscribe_device(
    state: &State,
    user: &CurrentUser,
    device: &str,
    endpoint: &str,
    (p256dh, auth): (&str, &str),
) -> Result<()> {
    let sent = Subscribed { device: Some(device), endpoint, p256dh, auth };
    remember(&state.db, &state.pusher, user, &sent).await
}

/// Forgets a device; false if there is none of that name.
pub async fn forget_device(state: &State, user: &CurrentUser, device: &str) -> Result<bool> {
    Ok(store::subscriptions::delete_device(&state.db, user.account_id, device).await?)
}

/// The VAPID public key, base64url.
pub async fn push_key(state: &State) -> Result<String> {
    Ok(state.pusher.key().await.map_err(Error::Internal)?.public())
}
