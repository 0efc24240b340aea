//! Notices, what is chosen about them, and devices that are pushed to.

use axum::{
    Json,
    extract::State,
    http::{StatusCode, Uri},
    response::Response,
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::{
    accounts::CurrentUser,
    api::{
        error::{ApiError, Result},
        json::{Body, Id},
        paging::{Page, Paging, cursor},
        sentences,
    },
    notices::{self, NoticeChoice},
    web::{Error, FieldProblem, Path, StrictQuery},
};

/// Something that one is told.
#[derive(Serialize, ToSchema)]
pub struct Notice {
    id: Id,
    /// `message`, `product_state`, … Others may come.
    kind: String,
    title: String,
    text: String,
    /// The page that it leads to.
    #[schema(format = "uri-reference")]
    path: String,
    is_read: bool,
    #[serde(with = "time::serde::rfc3339")]
    happened_at: OffsetDateTime,
}

/// The newest first.
#[utoipa::path(get, path = "/notices", tag = "Be told", operation_id = "listNotices", summary = "What one is told.", params(Paging), responses((status = 200, body = Page<Notice>)))]
pub async fn list(
    State(state): State<notices::State>,
    user: CurrentUser,
    StrictQuery(paging): StrictQuery<Paging>,
    uri: Uri,
) -> Result<Response> {
    let (limit, before) = (paging.limit()?, paging.after::<NoticeKeyset>()?);
    let before = before.map(|key| (key.at, key.id));
    let (rows, next) = notices::notices_before(&state, &user, before, limit).await?;
    let data = rows.into_iter().map(|(notice, words)| Notice {
        id: Id(notice.id),
        kind: notice.kind,
        title: words.title,
        text: words.text,
        path: words.path,
        is_read: notice.is_read,
        happened_at: notice.happened_at,
    });
    let next = next.map(|(at, id)| cursor(&NoticeKeyset { at, id }));
    Ok(Page { data: data.collect(), next }.answer(&uri))
}

#[derive(Serialize, Deserialize)]
struct NoticeKeyset {
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
    id: i64,
}

/// Which notices were read.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoticesRead {
    /// Without it: all of them.
    #[schema(max_items = 100)]
    ids: Option<Vec<Id>>,
}

#[utoipa::path(put, path = "/notices/read", tag = "Be told", operation_id = "markNoticesRead", summary = "Marks notices read.", request_body = NoticesRead, responses((status = 204)))]
pub async fn read(
    State(state): State<notices::State>,
    user: CurrentUser,
    Body(read): Body<NoticesRead>,
) -> Result<StatusCode> {
    let ids: Option<Vec<i64>> = read.ids.map(|ids| ids.into_iter().map(|id| id.0).collect());
    if ids.as_ref().is_some_and(|ids| ids.len() > 100) {
        let problem = FieldProblem::in_body("/ids", sentences::A_HUNDRED_AT_MOST);
        return Err(ApiError::invalid(vec![problem]));
    }
    notices::mark_notices_read(&state, &user, ids.as_deref()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is chosen about notices.
#[derive(Serialize, ToSchema)]
pub struct NoticeSettings {
    /// IANA.
    #[schema(example = "Europe/Prague")]
    time_zone: String,
    /// When nothing is pushed or mailed.
    #[schema(required)]
    quiet: Option<QuietHours>,
    /// Whether names and words are shown on a locked screen.
    previews: bool,
    choices: Vec<Choice>,
}

/// In the time zone; the end may be on the next day.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuietHours {
    #[schema(pattern = "^[0-2][0-9]:[0-5][0-9]$")]
    from: String,
    #[schema(pattern = "^[0-2][0-9]:[0-5][0-9]$")]
    to: String,
}

/// A kind of notice by a channel.
#[derive(Serialize, ToSchema)]
struct Choice {
    kind: String,
    /// `bell`, `push`, `mail`.
    channel: String,
    is_on: bool,
    can_be_chosen: bool,
}

/// What is to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoticeSettingsChange {
    time_zone: Option<String>,
    /// Null for none.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<QuietHours>)]
    quiet: Option<Option<QuietHours>>,
    previews: Option<bool>,
    #[schema(max_items = 100)]
    choices: Option<Vec<ChoiceChange>>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChoiceChange {
    kind: String,
    channel: String,
    is_on: bool,
}

/// Null is something else than nothing.
fn given<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<Option<Option<QuietHours>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl From<notices::NoticeSettings> for NoticeSettings {
    fn from(settings: notices::NoticeSettings) -> Self {
        NoticeSettings {
            time_zone: settings.time_zone,
            quiet: settings.quiet.map(|(from, to)| QuietHours { from, to }),
            previews: settings.previews,
            choices: settings.choices.into_iter().map(Choice::from).collect(),
        }
    }
}

impl From<NoticeChoice> for Choice {
    fn from(NoticeChoice { kind, channel, is_on, can_be_chosen }: NoticeChoice) -> Self {
        Choice { kind, channel, is_on, can_be_chosen }
    }
}

#[utoipa::path(get, path = "/me/notice_settings", tag = "Be told", operation_id = "getNoticeSettings", summary = "What one has chosen about notices.", responses((status = 200, body = NoticeSettings)))]
pub async fn settings(
    State(state): State<notices::State>,
    user: CurrentUser,
) -> Result<Json<NoticeSettings>> {
    Ok(Json(notices::notice_settings(&state, &user).await?.into()))
}

#[utoipa::path(patch, path = "/me/notice_settings", tag = "Be told", operation_id = "updateNoticeSettings", summary = "Changes what one has chosen.", request_body = NoticeSettingsChange, responses((status = 200, body = NoticeSettings)))]
pub async fn change_settings(
    State(state): State<notices::State>,
    user: CurrentUser,
    Body(change): Body<NoticeSettingsChange>,
) -> Result<Json<NoticeSettings>> {
    let now = notices::notice_settings(&state, &user).await?;
    let choices = change.choices.unwrap_or_default().into_iter().map(|choice| NoticeChoice {
        kind: choice.kind,
        channel: choice.channel,
        is_on: choice.is_on,
        can_be_chosen: true,
    });
    let wanted = notices::NoticeSettings {
        time_zone: change.time_zone.unwrap_or(now.time_zone),
        quiet: match change.quiet {
            None => now.quiet,
            Some(quiet) => quiet.map(|QuietHours { from, to }| (from, to)),
        },
        previews: change.previews.unwrap_or(now.previews),
        choices: choices.collect(),
    };
    let saved = notices::save_notice_settings(&state, &user, &wanted).await?;
    saved.map_err(|errors| ApiError::from_form(&errors, |field| format!("/{field}")))?;
    settings(State(state), user).await
}

/// Where to push: a web push subscription, whoever hands it on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PushDevice {
    /// `webpush`, or `unifiedpush` for a distributor on the device. Both are RFC 8030 and 8291.
    kind: PushKind,
    #[schema(format = "uri")]
    endpoint: String,
    /// The device's public key, base64url.
    p256dh: String,
    /// Its secret, base64url.
    auth: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum PushKind {
    Webpush,
    Unifiedpush,
}

/// What is pushed, once it is decrypted: Declarative Web Push's JSON. A further one with the same `tag` takes its place.
#[derive(ToSchema)]
#[allow(dead_code)]
pub struct PushMessage {
    /// 8030.
    web_push: i32,
    notification: PushedNotification,
    /// What the app's badge shows.
    app_badge: i64,
}

#[derive(ToSchema)]
#[allow(dead_code)]
struct PushedNotification {
    title: String,
    body: String,
    #[schema(format = "uri")]
    navigate: String,
    tag: String,
    /// Whether it makes itself felt, though one with its tag is there already.
    renotify: bool,
}

fn device_name(name: &str) -> Result<()> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    match (1..=64).contains(&name.len()) && name.chars().all(is_plain) {
        true => Ok(()),
        false => Err(Error::NotFound.into()),
    }
}

/// A new endpoint takes the place of the device's old one. It ends with the token's session.
#[utoipa::path(put, path = "/me/push/{device}", tag = "Be told", operation_id = "registerDevice", summary = "Pushes to a device from now on.",
    params(("device" = String, Path, description = "A name of one's own: letters, digits, `-`, `_`, `.`")), request_body = PushDevice, responses((status = 204)),
    extensions(("x-push" = json!({"$ref": "#/components/schemas/PushMessage"}))))]
pub async fn register(
    State(state): State<notices::State>,
    user: CurrentUser,
    Path(device): Path<String>,
    Body(sent): Body<PushDevice>,
) -> Result<StatusCode> {
    device_name(&device)?;
    // Both are pushed to the same way.
    match sent.kind {
        PushKind::Webpush | PushKind::Unifiedpush => {}
    }
    let keys = (&*sent.p256dh, &*sent.auth);
    notices::subscribe_device(&state, &user, &device, &sent.endpoint, keys).await.map_err(
        |error| match error {
            Error::BadRequest(sentence) => {
                ApiError::invalid(vec![FieldProblem::in_body("/endpoint", sentence)])
            }
            error => error.into(),
        },
    )?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(delete, path = "/me/push/{device}", tag = "Be told", operation_id = "forgetDevice", summary = "Pushes to it no longer.", params(("device" = String, Path)), responses((status = 204)))]
pub async fn forget(
    State(state): State<notices::State>,
    user: CurrentUser,
    Path(device): Path<String>,
) -> Result<StatusCode> {
    match notices::forget_device(&state, &user, &device).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Error::NotFound.into()),
    }
}
