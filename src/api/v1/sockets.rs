//! Sockets of programs: by the bearer header, or by a first frame.

use axum::{
    extract::{Extension, State, WebSocketUpgrade},
    response::Response,
};
use futures_util::FutureExt as _;
use sha2::{Digest as _, Sha256};

use crate::{
    accounts::{MaybeUser, Scope, network},
    api::{error::Result, token_cache::TokenCache},
    chat::{
        SocketParts,
        program_sockets::{self, Authenticate, Subject},
    },
    web::{ClientAddr, Error, Path, connection::ReadPace},
};

/// A room, live: frames as in `ClientFrame` and `ServerFrame`. A program that can't set the header connects without it and
/// sends `{"type":"auth","token":"…"}` first, within five seconds. Closed with 4401 when the token's session ends, 4404
/// for a room that isn't this person's, 1012 to come back.
#[utoipa::path(get, path = "/ws/{room}", tag = "Talk", operation_id = "openRoomSocket", summary = "A room, live.", params(("room" = String, Path)),
    responses((status = 101, description = "The socket is open."), (status = 400, description = "Not a WebSocket request.")),
    extensions(("x-websocket" = json!({"send": {"$ref": "#/components/schemas/ClientFrame"}, "receive": {"$ref": "#/components/schemas/ServerFrame"}}))))]
pub async fn room(
    (State(state), State(tokens)): (State<crate::chat::State>, State<TokenCache>),
    MaybeUser(user): MaybeUser,
    Path(room): Path<String>,
    ClientAddr(addr): ClientAddr,
    Extension(pace): Extension<ReadPace>,
    upgrade: WebSocketUpgrade,
) -> Result<Response> {
    let subject = Subject::Room(room.parse().map_err(|_| Error::NotFound)?);
    open(state.sockets, tokens, (user, addr), subject, pace, upgrade).await
}

/// One's inbox, live: what is unread, on any room. Opened as a room's.
#[utoipa::path(get, path = "/ws/inbox", tag = "Talk", operation_id = "openInboxSocket", summary = "One's inbox, live.",
    responses((status = 101, description = "The socket is open."), (status = 400, description = "Not a WebSocket request.")),
    extensions(("x-websocket" = json!({"receive": {"$ref": "#/components/schemas/ServerFrame"}}))))]
pub async fn inbox(
    (State(state), State(tokens)): (State<crate::chat::State>, State<TokenCache>),
    MaybeUser(user): MaybeUser,
    ClientAddr(addr): ClientAddr,
    Extension(pace): Extension<ReadPace>,
    upgrade: WebSocketUpgrade,
) -> Result<Response> {
    open(state.sockets, tokens, (user, addr), Subject::Inbox, pace, upgrade).await
}

async fn open(
    parts: SocketParts,
    tokens: TokenCache,
    (user, addr): (Option<std::sync::Arc<crate::accounts::CurrentUser>>, std::net::IpAddr),
    subject: Subject,
    pace: ReadPace,
    upgrade: WebSocketUpgrade,
) -> Result<Response> {
    if let Some(user) = user {
        return Ok(program_sockets::upgrade(parts, (*user).clone(), subject, pace, upgrade).await?);
    }
    let hash = Sha256::digest(network(addr).to_string());
    let network = i64::from_be_bytes(hash.first_chunk().copied().unwrap_or_default()) | i64::MIN;
    let authenticate: Authenticate = Box::new(move |token| {
        let find = async move {
            let known = tokens.authenticate(&token, addr).await?;
            let scope = match subject {
                Subject::Room(_) => Scope::ChatWrite,
                Subject::Inbox => Scope::ChatRead,
            };
            let known = known.filter(|known| known.access.scopes.contains(scope));
            Ok(known.map(|known| (*known.access.user).clone()))
        };
        find.boxed()
    });
    Ok(program_sockets::upgrade_unknown(parts, network, subject, authenticate, pace, upgrade).await?)
}
