//! The plain forms: how a message is written without JavaScript, or where no socket can be had.

use axum::{
    Json,
    extract::{Request, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use serde::{Deserialize, Serialize};
use tower_sessions::Session;
use uuid::Uuid;

use crate::{
    accounts::MaybeUser,
    app::AppState,
    chat::{
        access::RoomMember,
        domain::{
            body::Body,
            outcome::{MessageDraft, SendError, SendOutcome},
            room_key::RoomKey,
        },
        photos,
        receive::SayForm,
        service,
        views::NotSentPage,
        wire::ServerFrame,
    },
    products,
    web::{ClientAddr, Error, Path, Result, Shell, flash, return_to, wants_json, with_request_timeout},
};

/// `POST /rooms/{room}/messages`
pub(super) async fn say_in_room(
    (State(state), ClientAddr(addr)): (State<AppState>, ClientAddr),
    member: Result<RoomMember>,
    Path(room): Path<String>,
    (session, headers): (Session, HeaderMap),
    request: Request,
) -> Result<Response> {
    let room: RoomKey = room.parse().map_err(|_| Error::NotFound)?;
    let back = format!("/rooms/{room}");
    let member = match member {
        Err(Error::SignInFirst { .. }) => {
            state.sign_in_limits.try_address(addr)?;
            let form = SayForm::receive(request, None).await?;
            return keep_and_sign_in(&session, back, form, "").await;
        }
        Err(Error::Unavailable(cause)) => return no_database(&headers, request, &cause, &back).await,
        member => member?,
    };
    let form = SayForm::receive(request, Some((&state.photo_limits, member.user.account_id))).await?;
    Ok(say(&state, &headers, member, form, &back).await)
}

/// `POST /products/{id}/messages`: a buyer's, about this product.
pub(super) async fn say_about_product(
    (State(state), ClientAddr(addr)): (State<AppState>, ClientAddr),
    Path(id): Path<i64>,
    user: Result<MaybeUser>,
    (session, headers): (Session, HeaderMap),
    request: Request,
) -> Result<Response> {
    let back = format!("/products/{id}");
    let member = match member_for_product(&state, user, id).await {
        Err(Error::SignInFirst { .. }) if wants_json(&headers) => return Err(Error::Unauthorized),
        Err(Error::SignInFirst { .. }) => {
            state.sign_in_limits.try_address(addr)?;
            let form = SayForm::receive(request, None).await?;
            return keep_and_sign_in(&session, back, form, "#chat").await;
        }
        Err(Error::Unavailable(cause)) => return no_database(&headers, request, &cause, &back).await,
        member => member?,
    };
    let mut form = SayForm::receive(request, Some((&state.photo_limits, member.user.account_id))).await?;
    form.product_id = id.to_string();
    Ok(say(&state, &headers, member, form, &back).await)
}

/// The buyer's member of whoever is at the page of this product.
async fn member_for_product(
    state: &AppState,
    user: Result<MaybeUser>,
    product_id: i64,
) -> Result<RoomMember> {
    let MaybeUser(Some(user)) = user? else { return Err(Error::SignInFirst { next: String::new() }) };
    let products = with_request_timeout(products::summaries(&state.db, &[product_id])).await?;
    let product = products.into_iter().next().ok_or(Error::NotFound)?;
    if user.seller_id == Some(product.seller_id) {
        return Err(Error::Forbidden("This is your own product. Buyers' messages are in My Messages."));
    }
    RoomMember::as_buyer(&state.db, &user, product.seller_id).await?.ok_or(Error::NotFound)
}

/// Nobody can be known just now, and so nothing stored: the text stays with its writer.
async fn no_database(
    headers: &HeaderMap,
    request: Request,
    cause: &anyhow::Error,
    back: &str,
) -> Result<Response> {
    tracing::error!(cause = format!("{cause:#}"), "a message could not be taken");
    let form = SayForm::receive(request, None).await?;
    let client_id = form.client_id.parse().unwrap_or_else(|_| Uuid::new_v4());
    let shell = Shell { path: back.to_owned(), ..Shell::default() };
    Ok(not_sent(headers, shell, form, client_id, SendError::Unavailable, back))
}

async fn say(
    state: &AppState,
    headers: &HeaderMap,
    member: RoomMember,
    form: SayForm,
    back: &str,
) -> Response {
    let client_id = form.client_id.parse().unwrap_or_else(|_| Uuid::new_v4());
    let said = match draft(state, &member, &form, client_id).await {
        Ok(draft) => say_draft(state, &member, draft, wants_json(headers)).await,
        Err(refusal) => Err(refusal),
    };
    match said {
        Ok(said) if wants_json(headers) => {
            let products = match said.entry().product_id {
                Some(id) => products::summaries(&state.db, &[id]).await.unwrap_or_default(),
                None => Vec::new(),
            };
            Json(ServerFrame::Message(service::frame(said.entry(), &member.participants, &products)))
                .into_response()
        }
        Ok(said) => Redirect::to(&format!("{back}#entry_{}", said.entry().seq)).into_response(),
        Err(refusal) => {
            let shell = Shell::offline(&member.user.name, back);
            // Sent again it speaks of no product, and the product's page may be there no longer.
            let room = format!("/rooms/{}", member.room);
            let (form, back) = match refusal {
                SendError::BadProduct => (SayForm { product_id: String::new(), ..form }, &*room),
                _ => (form, back),
            };
            not_sent(headers, shell, form, client_id, refusal, back)
        }
    }
}

/// The message that the form means. Its picture is stored; whoever says the draft settles that.
async fn draft(
    state: &AppState,
    member: &RoomMember,
    form: &SayForm,
    client_id: Uuid,
) -> Result<MessageDraft, SendError> {
    let product_id = match form.product_id.trim() {
        "" => None,
        id => Some(id.parse().map_err(|_| SendError::BadProduct)?),
    };
    let Some(photo) = form.photo.clone() else {
        return Ok(MessageDraft { client_id, body: Body::parse(&form.body)?, product_id, photo: None });
    };
    let body = Body::caption(&form.body)?;
    let bytes = photo?;
    let photo = photos::keep(&state.uploads, &state.photo_limits, member, bytes).await?;
    Ok(MessageDraft { client_id, body, product_id, photo: Some(photo) })
}

/// A person whose form carries an id that was used for other words gets a fresh one: no words are
/// lost. A program is told instead.
async fn say_draft(
    state: &AppState,
    member: &RoomMember,
    draft: MessageDraft,
    strict: bool,
) -> Result<SendOutcome, SendError> {
    let again = MessageDraft { client_id: Uuid::new_v4(), ..draft.clone() };
    let photo = draft.photo.clone();
    let said = match service::say(&state.journal, &state.message_limits, member, draft).await {
        Err(SendError::ClientIdReused) if !strict => {
            service::say(&state.journal, &state.message_limits, member, again).await
        }
        said => said,
    };
    if let Some(photo) = photo {
        photos::settle(&state.uploads, photo, &said).await;
    }
    said
}

fn not_sent(
    headers: &HeaderMap,
    shell: Shell,
    form: SayForm,
    client_id: Uuid,
    refusal: SendError,
    back: &str,
) -> Response {
    let status = match refusal {
        SendError::RateLimited | SendError::TooManyPhotos => StatusCode::TOO_MANY_REQUESTS,
        SendError::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    if wants_json(headers) {
        return (status, Json(ServerFrame::refused(Some(client_id), refusal))).into_response();
    }
    let page = NotSentPage {
        shell,
        why: refusal.to_string(),
        action: format!("{back}/messages"),
        back: back.to_owned(),
        body: form.body,
        client_id,
        product_id: form.product_id,
        had_photo: form.photo.is_some(),
        wrong_photo: matches!(refusal, SendError::Photo(_)),
    };
    (status, page).into_response()
}

/// A text that was written signed-out, waiting for its page.
#[derive(Serialize, Deserialize)]
struct Kept {
    path: String,
    body: String,
}

const KEPT: &str = "draft";

async fn keep_and_sign_in(
    session: &Session,
    path: String,
    form: SayForm,
    fragment: &str,
) -> Result<Response> {
    let to = return_to::login_path(&format!("{path}{fragment}"));
    // A session can't hold NUL, nor can a message.
    let body = form.body.chars().filter(|c| *c != '\0').take(Body::MAX).collect();
    session.insert(KEPT, Kept { path, body }).await?;
    let sentence = match form.photo {
        None => "Sign in or register to send your message. Your text is kept.",
        Some(_) => {
            "Sign in or register to send your message. Your text is kept; the picture has to be chosen again."
        }
    };
    flash::success(session, sentence).await?;
    Ok(Redirect::to(&to).into_response())
}

/// The text that was kept for this page; given out once.
pub(super) async fn take_draft(session: &Session, path: &str) -> Result<String> {
    match session.get::<Kept>(KEPT).await {
        Ok(Some(kept)) if kept.path == path => {
            session.remove_value(KEPT).await?;
            Ok(kept.body)
        }
        _ => Ok(String::new()),
    }
}
