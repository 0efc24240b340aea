//! What is said in a room: read, written, marked as read. Frames are the socket's own.

use axum::{
    Json,
    extract::{FromRequest as _, Request, State},
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    api::{
        access::Member,
        error::{ApiError, Result},
        json::Body,
        sentences, state,
    },
    chat::{self, ChangedFrame, EntryFrame, HistoryQuery, ReadMarks, SendError, SendOutcome, sent_frame},
    web::StrictQuery,
};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EventsQuery {
    /// Those with a higher number (gap fill). Without it and `before`: the latest.
    #[param(minimum = 0)]
    after: Option<i64>,
    /// Those with a lower number (history).
    #[param(minimum = 1)]
    before: Option<i64>,
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<i64>,
    /// A room's `rev`: the entries that changed after it come in `changed`.
    #[param(minimum = 0)]
    changed_since: Option<i64>,
}

/// A part of a conversation, in the order of its numbers.
#[derive(Serialize, ToSchema)]
pub struct Events<'a> {
    data: Vec<Event<'a>>,
    last_seq: i64,
    read: ReadMarks,
    /// Whether there are more: later ones for `after`, else earlier ones.
    more: bool,
    rev: i64,
    changed: Vec<ChangedFrame>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum EventKind {
    Message,
}

#[derive(Serialize, ToSchema)]
struct Event<'a> {
    /// Others may come.
    #[serde(rename = "type")]
    kind: EventKind,
    #[serde(flatten)]
    entry: EntryFrame<'a>,
}

#[utoipa::path(get, path = "/rooms/{room}/events", tag = "Talk", operation_id = "listEvents", summary = "A part of a conversation: the latest, what came after a number, or what was before it.", params(("room" = String, Path), EventsQuery), responses((status = 200, body = Events)))]
pub async fn list(
    State(state): State<state::State>,
    Member(member): Member,
    StrictQuery(asked): StrictQuery<EventsQuery>,
) -> Result<Response> {
    let EventsQuery { after, before, limit, changed_since } = asked;
    let (range, limit) = HistoryQuery { after, before, at: None, limit, changed_since }.parse()?;
    let chat::State { db, screen, .. } = &state.chat;
    let page = chat::load_timeline(db, &member, range, limit).await?;
    let changed = chat::changes_since(db, screen, &member, &page, changed_since).await?;
    let frames = page.frames(&member, screen);
    let events = Events {
        data: frames.into_iter().map(|entry| Event { kind: EventKind::Message, entry }).collect(),
        last_seq: page.position.last_seq,
        read: page.position.read_for(member.side),
        more: page.more,
        rev: page.position.rev,
        changed,
    };
    Ok(Json(events).into_response())
}

/// A message. Sent twice under the same `client_id` it is one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMessage {
    client_id: Uuid,
    #[schema(min_length = 1, max_length = 4000)]
    body: String,
    /// What it is about.
    product_id: Option<crate::api::json::Id>,
}

/// The same as a form, with a picture.
#[derive(ToSchema)]
#[allow(dead_code)]
pub struct MessageForm {
    client_id: Uuid,
    /// May be empty where there is a picture.
    body: Option<String>,
    product_id: Option<String>,
    #[schema(value_type = Option<String>, format = Binary)]
    photo: Option<Vec<u8>>,
}

/// Answers the message as the room has it.
#[utoipa::path(post, path = "/rooms/{room}/messages", tag = "Talk", operation_id = "sendMessage", summary = "Says something.", params(("room" = String, Path)),
    request_body(content((NewMessage = "application/json"), (MessageForm = "multipart/form-data"))),
    responses((status = 200, description = "It was stored before.", body = Event), (status = 201, description = "It is stored.", body = Event)))]
pub async fn send(
    State(state): State<state::State>,
    Member(member): Member,
    request: Request,
) -> Result<Response> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let sent = if kind.is_some_and(|kind| kind.starts_with("multipart/form-data")) {
        state.chat.send.send_form(&member, request).await?
    } else {
        let Body(message) = Body::<NewMessage>::from_request(request, &()).await?;
        let product_id = message.product_id.map(|id| id.0);
        state.chat.send.send_text(&member, message.client_id, &message.body, product_id).await
    };
    let outcome = sent.map_err(refused)?;
    let status = match &outcome {
        SendOutcome::Stored(_) => StatusCode::CREATED,
        SendOutcome::Duplicate(_) => StatusCode::OK,
    };
    let frame = sent_frame(&state.db, &member, &outcome).await;
    Ok((status, [(header::CONTENT_TYPE, "application/json")], frame.to_string()).into_response())
}

fn refused(error: SendError) -> ApiError {
    let status = match error {
        SendError::RateLimited | SendError::TooManyPhotos | SendError::TooManyNewRooms(_) => {
            StatusCode::TOO_MANY_REQUESTS
        }
        SendError::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        SendError::ClientIdReused => StatusCode::CONFLICT,
        SendError::Blocked | SendError::AddressNotConfirmed => StatusCode::FORBIDDEN,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let code = match error {
        SendError::AddressNotConfirmed => "address_not_confirmed",
        error => error.code(),
    };
    ApiError::new(status, code, error.to_string())
}

/// How far one has read.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadMark {
    #[schema(minimum = 0)]
    seq: i64,
}

/// Marks only go up, and never past the last entry.
#[utoipa::path(put, path = "/rooms/{room}/read", tag = "Talk", operation_id = "markRead", summary = "Marks a conversation read up to a number.", params(("room" = String, Path)), request_body = ReadMark, responses((status = 204)))]
pub async fn read(
    State(state): State<state::State>,
    Member(member): Member,
    Body(mark): Body<ReadMark>,
) -> Result<StatusCode> {
    if mark.seq < 0 {
        let problem = crate::web::FieldProblem::in_body("/seq", sentences::A_NUMBER_OF_AN_ENTRY);
        return Err(ApiError::invalid(vec![problem]));
    }
    state.chat.read.mark_read(&member, mark.seq).await?;
    Ok(StatusCode::NO_CONTENT)
}
