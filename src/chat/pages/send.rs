//! Sending by form: without JavaScript, with a photo, or where no socket can be had.

use axum::{
    Json,
    extract::{Request, State, ws::Utf8Bytes},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use sqlx::PgPool;
use tower_sessions::Session;
use uuid::Uuid;

use super::{
    kept_draft::keep_draft_and_sign_in,
    send_form::{PhotoSender, SendForm},
    views::NotSentPage,
};
use crate::chat::sentences;
use crate::{
    accounts::{CurrentUser, SignInLimits},
    chat::{
        access::RoomMember,
        attachments::photos,
        domain::{
            body::Body,
            content::Content,
            outcome::{MessageDraft, SendError, SendOutcome},
            room_key::RoomKey,
        },
        live::{frames::ServerFrame, render::entry_frame},
        write::MessageWriter,
    },
    products::{self, PhotoLimits, photos::Uploads},
    web::{ClientAddr, Error, Path, Result, Shell, ShellSource, wants_json, with_request_timeout},
};

/// What the two forms need.
#[derive(Clone)]
pub struct SendParts {
    pub db: PgPool,
    pub writer: MessageWriter,
    pub uploads: Uploads,
    pub photo_limits: PhotoLimits,
    pub sign_in_limits: SignInLimits,
    pub shell: ShellSource,
}

impl SendParts {
    /// A program's message without a picture, `client_id` and all. Idempotent by that.
    pub async fn send_text(
        &self,
        member: &RoomMember,
        client_id: Uuid,
        body: &str,
        product_id: Option<i64>,
    ) -> Result<SendOutcome, SendError> {
        let draft = MessageDraft { client_id, content: Content::text(Body::parse(body)?), product_id };
        self.writer.send(member, draft).await
    }

    /// A program's message as a form, with a picture or without; it has to say its `client_id`.
    pub async fn send_form(
        &self,
        member: &RoomMember,
        request: Request,
    ) -> Result<Result<SendOutcome, SendError>> {
        let mut form = SendForm::read(request, Some(self.photo_sender(member))).await?;
        let Ok(client_id) = form.client_id.parse() else { return Ok(Err(SendError::BadFrame)) };
        Ok(match draft(self, member, &mut form, client_id).await {
            Ok(draft) => send_with_fresh_id(self, member, draft, true).await,
            Err(error) => Err(error),
        })
    }

    /// Whoever would be this seller's buyer, about a product of theirs that can be seen.
    pub async fn member_for_product(&self, user: CurrentUser, product_id: i64) -> Result<RoomMember> {
        member_for_product(self, Ok(user), product_id).await
    }

    fn photo_sender(&self, member: &RoomMember) -> PhotoSender<'_> {
        PhotoSender { limits: &self.photo_limits, uploads: &self.uploads, account_id: member.user.account_id }
    }
}

/// `POST /rooms/{room}/messages`
pub async fn send_in_room(
    (State(state), ClientAddr(addr)): (State<SendParts>, ClientAddr),
    member: Result<RoomMember>,
    Path(room): Path<String>,
    (session, headers): (Session, HeaderMap),
    request: Request,
) -> Result<Response> {
    let room: RoomKey = room.parse().map_err(|_| Error::NotFound)?;
    let back = format!("/rooms/{room}");
    let member = match member {
        Err(Error::SignInFirst { .. }) => {
            state.sign_in_limits.try_visitor(addr)?;
            let form = SendForm::read(request, None).await?;
            return keep_draft_and_sign_in(&session, back, form, "").await;
        }
        Err(Error::Unavailable(cause)) => {
            return database_unavailable(&state.shell, &headers, request, &cause, &back).await;
        }
        member => member?,
    };
    let form = SendForm::read(request, Some(state.photo_sender(&member))).await?;
    Ok(send(&state, &headers, member, form, &back).await)
}

/// `POST /products/{id}/messages`: a buyer's, about this product.
pub async fn send_about_product(
    (State(state), ClientAddr(addr)): (State<SendParts>, ClientAddr),
    Path(id): Path<i64>,
    user: Result<CurrentUser>,
    (session, headers): (Session, HeaderMap),
    request: Request,
) -> Result<Response> {
    let back = format!("/products/{id}");
    let member = match member_for_product(&state, user, id).await {
        Err(Error::SignInFirst { .. }) => {
            state.sign_in_limits.try_visitor(addr)?;
            let form = SendForm::read(request, None).await?;
            return keep_draft_and_sign_in(&session, back, form, "#chat").await;
        }
        Err(Error::Unavailable(cause)) => {
            return database_unavailable(&state.shell, &headers, request, &cause, &back).await;
        }
        member => member?,
    };
    let mut form = SendForm::read(request, Some(state.photo_sender(&member))).await?;
    form.product_id = id.to_string();
    Ok(send(&state, &headers, member, form, &back).await)
}

/// Whoever is at the page of this product, as its seller's buyer.
async fn member_for_product(
    state: &SendParts,
    user: Result<CurrentUser>,
    product_id: i64,
) -> Result<RoomMember> {
    let user = user?;
    let products = with_request_timeout(products::summaries(&state.db, &[product_id])).await?;
    let product = products.into_iter().next().ok_or(Error::NotFound)?;
    if user.seller_id == Some(product.seller_id) {
        return Err(Error::Forbidden(sentences::THIS_IS_YOUR_OWN_PRODUCT));
    }
    RoomMember::as_buyer(&state.db, &user, product.seller_id).await?.ok_or(Error::NotFound)
}

/// Nobody can be known just now, and so nothing stored: the text stays with its writer.
async fn database_unavailable(
    shell: &ShellSource,
    headers: &HeaderMap,
    request: Request,
    cause: &anyhow::Error,
    back: &str,
) -> Result<Response> {
    tracing::error!(cause = format!("{cause:#}"), "a message could not be taken");
    let form = SendForm::read(request, None).await?;
    let client_id = form.client_id.parse().unwrap_or_else(|_| Uuid::new_v4());
    Ok(send_failed(headers, shell.offline(None, back), form, client_id, SendError::Unavailable, back))
}

async fn send(
    state: &SendParts,
    headers: &HeaderMap,
    member: RoomMember,
    mut form: SendForm,
    back: &str,
) -> Response {
    let client_id = form.client_id.parse().unwrap_or_else(|_| Uuid::new_v4());
    let outcome = match draft(state, &member, &mut form, client_id).await {
        Ok(draft) => send_with_fresh_id(state, &member, draft, wants_json(headers)).await,
        Err(error) => Err(error),
    };
    match outcome {
        Ok(outcome) if wants_json(headers) => {
            let text = sent_frame(&state.db, &member, &outcome).await;
            ([(header::CONTENT_TYPE, "application/json")], text.to_string()).into_response()
        }
        Ok(outcome) => Redirect::to(&format!("{back}#entry_{}", outcome.entry().seq)).into_response(),
        Err(error) => {
            let shell = state.shell.offline(Some(&member.user.name), back);
            // Sent again it speaks of no product, and the product's page may be there no longer.
            let room = format!("/rooms/{}", member.room);
            let (form, back) = match error {
                SendError::BadProduct => (SendForm { product_id: String::new(), ..form }, &*room),
                _ => (form, back),
            };
            send_failed(headers, shell, form, client_id, error, back)
        }
    }
}

/// The message that was stored, as its room has it.
pub async fn sent_frame(db: &PgPool, member: &RoomMember, outcome: &SendOutcome) -> Utf8Bytes {
    let products = match outcome.entry().product_id {
        Some(id) => products::summaries(db, &[id]).await.unwrap_or_default(),
        None => Vec::new(),
    };
    ServerFrame::Message(entry_frame(outcome.entry(), &member.participants, &products)).text()
}

/// The message that the form means. Its picture is stored; whoever says the draft settles that.
async fn draft(
    state: &SendParts,
    member: &RoomMember,
    form: &mut SendForm,
    client_id: Uuid,
) -> Result<MessageDraft, SendError> {
    let product_id = match form.product_id.trim() {
        "" => None,
        id => Some(id.parse().map_err(|_| SendError::BadProduct)?),
    };
    let Some(photo) = form.photo.take() else {
        return Ok(MessageDraft { client_id, content: Content::text(Body::parse(&form.body)?), product_id });
    };
    let caption = Body::caption(&form.body)?;
    let photo = photos::store_photo(&state.db, &state.uploads, &state.photo_limits, member, photo?).await?;
    Ok(MessageDraft { client_id, content: Content::photo(photo, caption), product_id })
}

/// A person whose form carries an id that was used for other words gets a fresh one: no words are
/// lost. A program is told instead.
async fn send_with_fresh_id(
    state: &SendParts,
    member: &RoomMember,
    draft: MessageDraft,
    strict: bool,
) -> Result<SendOutcome, SendError> {
    let again = MessageDraft { client_id: Uuid::new_v4(), ..draft.clone() };
    let photo = match &draft.content {
        Content::Photo { photo, .. } => Some(photo.clone()),
        _ => None,
    };
    let outcome = match state.writer.send(member, draft).await {
        Err(SendError::ClientIdReused) if !strict => state.writer.send(member, again).await,
        outcome => outcome,
    };
    if let Some(photo) = photo {
        photos::finalize(&state.db, &state.uploads, photo, &outcome).await;
    }
    outcome
}

fn send_failed(
    headers: &HeaderMap,
    shell: Shell,
    form: SendForm,
    client_id: Uuid,
    error: SendError,
    back: &str,
) -> Response {
    let status = match error {
        SendError::RateLimited | SendError::TooManyPhotos | SendError::TooManyNewRooms(_) => {
            StatusCode::TOO_MANY_REQUESTS
        }
        SendError::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    if wants_json(headers) {
        return (status, Json(ServerFrame::rejected(Some(client_id), error))).into_response();
    }
    let page = NotSentPage {
        shell,
        why: error.to_string(),
        action: format!("{back}/messages"),
        back: back.to_owned(),
        body: form.body,
        client_id,
        product_id: form.product_id,
        had_photo: form.had_photo,
        wrong_photo: matches!(error, SendError::Photo(_)),
    };
    (status, page).into_response()
}
