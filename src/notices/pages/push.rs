//! A browser's subscription: its key, taken and given back. What is pushed is shown by the service worker
//! (`static/worker/push.js`).

use axum::{
    Json,
    extract::{State, rejection::JsonRejection},
    http::StatusCode,
};
use base64::{
    Engine as _,
    alphabet::URL_SAFE,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde::Deserialize;
use sqlx::PgPool;

use super::super::{
    push::{
        encrypt::{SubscriptionKeys, encrypt},
        endpoint::Endpoint,
    },
    pusher::Pusher,
    store,
};
use crate::notices::sentences;
use crate::{
    accounts::CurrentUser,
    web::{Error, Result},
};

/// Browsers of one person; the oldest goes.
const MAX_SUBSCRIPTIONS: i64 = 10;
/// With or without padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

fn no_subscription() -> Error {
    Error::BadRequest(sentences::THAT_ISNT_A_PUSH_SUBSCRIPTION_THAT_CAN_BE_USED.to_owned())
}

/// As `PushSubscription.toJSON()` gives it.
#[derive(Deserialize)]
pub(in super::super) struct SubscriptionJson {
    endpoint: String,
    keys: KeysJson,
}

#[derive(Deserialize)]
struct KeysJson {
    p256dh: String,
    auth: String,
}

/// A subscription as a browser or a program gives it.
pub(in super::super) struct Subscribed<'a> {
    /// A program's name for its device.
    pub device: Option<&'a str>,
    pub endpoint: &'a str,
    pub p256dh: &'a str,
    pub auth: &'a str,
}

impl Subscribed<'_> {
    fn keys(&self) -> Option<SubscriptionKeys> {
        let p256dh = BASE64.decode(self.p256dh).ok()?.try_into().ok()?;
        Some(SubscriptionKeys { p256dh, auth: BASE64.decode(self.auth).ok()?.try_into().ok()? })
    }
}

#[derive(Deserialize)]
pub(in super::super) struct EndpointJson {
    endpoint: String,
}

/// The public key, base64url, for `applicationServerKey`.
pub(in super::super) async fn key(State(pusher): State<Pusher>, _: CurrentUser) -> Result<String> {
    Ok(pusher.key().await.map_err(Error::Internal)?.public())
}

/// Takes this browser's subscription, for as long as it is signed in.
pub(in super::super) async fn subscribe(
    (State(db), State(pusher)): (State<PgPool>, State<Pusher>),
    user: CurrentUser,
    sent: Result<Json<SubscriptionJson>, JsonRejection>,
) -> Result<StatusCode> {
    let Ok(Json(sent)) = sent else { return Err(no_subscription()) };
    let KeysJson { p256dh, auth } = &sent.keys;
    let sent = Subscribed { device: None, endpoint: &sent.endpoint, p256dh, auth };
    remember(&db, &pusher, &user, &sent).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Keeps a subscription for as long as the session it came by, if it can be pushed to.
pub(in super::super) async fn remember(
    db: &PgPool,
    pusher: &Pusher,
    user: &CurrentUser,
    sent: &Subscribed<'_>,
) -> Result<()> {
    let keys = sent.keys().ok_or_else(no_subscription)?;
    encrypt(&keys, b"").map_err(|_| no_subscription())?;
    Endpoint::parse(sent.endpoint, &pusher.client.allowed).ok_or_else(no_subscription)?;
    let mut tx = db.begin().await?;
    let (id, session) = (user.account_id, &user.session);
    if let Some(device) = sent.device {
        store::subscriptions::delete_device(&mut *tx, id, device).await?;
    }
    if !store::subscriptions::upsert(&mut *tx, id, session, (sent.endpoint, sent.device), &keys).await? {
        return Err(no_subscription());
    }
    store::subscriptions::keep_newest(&mut *tx, id, MAX_SUBSCRIPTIONS).await?;
    Ok(tx.commit().await?)
}

/// Forgets it; one that isn't there is forgotten already.
pub(in super::super) async fn unsubscribe(
    State(db): State<PgPool>,
    user: CurrentUser,
    sent: Result<Json<EndpointJson>, JsonRejection>,
) -> Result<StatusCode> {
    let Ok(Json(EndpointJson { endpoint })) = sent else { return Err(no_subscription()) };
    store::subscriptions::delete(&db, user.account_id, &endpoint).await?;
    Ok(StatusCode::NO_CONTENT)
}
