//! `GET /media/{key}/{file}`: photos of products, for as long as the product may be seen (M6).
//!
//! What is hidden, paused, deleted or still a draft is served to its seller and to staff alone; for everybody else it is
//! gone, on every node, within [`KNOWN_FOR`]. Browsers keep what they got for a day, and ask then whether it is still there.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::{FromRef, FromRequestParts as _, Path, Request, State},
    http::HeaderValue,
    response::{IntoResponse as _, Response},
    routing::get,
};
use dashmap::DashMap;
use sqlx::PgPool;

use super::{
    Viewer,
    model::PhotoAudience,
    photos::{self, PhotoKey, Uploads},
    store,
};
use crate::{
    accounts::MaybeUser,
    web::{Error, LiveMarketplace, Result},
};

const FOR_A_DAY: HeaderValue = HeaderValue::from_static("public, max-age=86400");
const FOR_NOBODY: HeaderValue = HeaderValue::from_static("private, no-store");

/// A page has many photos: the database is asked for each of them once in so long.
const KNOWN_FOR: Duration = Duration::from_millis(500);
/// When so many are known, all are forgotten.
const MAX_KNOWN: usize = 20_000;

/// What was asked of the database within the last [`KNOWN_FOR`].
#[derive(Clone)]
pub struct KnownPhotos {
    asked: Arc<DashMap<PhotoKey, (Option<PhotoAudience>, Instant)>>,
    /// Its logo lies among the products' photos, and everybody sees it.
    marketplace: LiveMarketplace,
}

impl KnownPhotos {
    pub fn new(marketplace: LiveMarketplace) -> Self {
        KnownPhotos { asked: Arc::default(), marketplace }
    }

    fn is_logo(&self, key: &PhotoKey) -> bool {
        self.marketplace.current().logo.as_ref().is_some_and(|logo| logo.key == key.as_str())
    }

    async fn audience(&self, db: &PgPool, key: &PhotoKey) -> sqlx::Result<Option<PhotoAudience>> {
        if let Some(known) = self.asked.get(key).filter(|known| known.1.elapsed() < KNOWN_FOR) {
            return Ok(known.0);
        }
        let asked = Instant::now();
        let audience = store::photos::audience(db, key).await?;
        if self.asked.len() >= MAX_KNOWN {
            self.asked.clear();
        }
        self.asked.insert(key.clone(), (audience, asked));
        Ok(audience)
    }
}

pub(super) fn router<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    PgPool: FromRef<S>,
    Uploads: FromRef<S>,
    KnownPhotos: FromRef<S>,
{
    Router::new().route("/media/{key}/{file}", get(show))
}

async fn show(
    (State(db), State(uploads), State(known)): (State<PgPool>, State<Uploads>, State<KnownPhotos>),
    Path((key, file)): Path<(String, String)>,
    request: Request,
) -> Result<Response> {
    let parsed: PhotoKey = key.parse().map_err(|_| Error::NotFound)?;
    if known.is_logo(&parsed) {
        return Ok(photos::serve(&uploads, &key, &file, request, FOR_A_DAY).await.into_response());
    }
    let audience = known.audience(&db, &parsed).await?.ok_or(Error::NotFound)?;
    let (mut parts, body) = request.into_parts();
    let kept = if matches!(audience, PhotoAudience::Everybody) {
        FOR_A_DAY
    } else {
        let MaybeUser(user) = MaybeUser::from_request_parts(&mut parts, &db).await?;
        let viewer = Viewer::new(user.as_deref());
        let may_see = match audience {
            PhotoAudience::Everybody | PhotoAudience::SignedIn => user.is_some(),
            PhotoAudience::Seller(id) => viewer.is(&id) || viewer.is_admin(),
        };
        if !may_see {
            return Err(Error::NotFound);
        }
        FOR_NOBODY
    };
    Ok(photos::serve(&uploads, &key, &file, Request::from_parts(parts, body), kept).await.into_response())
}
