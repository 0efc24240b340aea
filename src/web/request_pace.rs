//! Time limits of a request that count from its last progress, not from its beginning (C18): a large form over a slow line
//! takes as long as it takes, and one that stands still is ended.
//!
//! ```text
//! body: the next piece within `idle`, and after `grace` at least `least_speed` on average   else 408
//! handler: an answer within `answer` after the last piece                                   else 503
//! answered before the body was read: the rest is read and forgotten (a lingering close), up to MAX_FORGOTTEN
//! ```
//!
//! A browser sends its whole form before it looks at the answer, and shows "connection reset" instead of our sentence
//! if nobody reads it (case 16).

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use axum::{
    body::{Body, BodyDataStream, Bytes, HttpBody as _},
    extract::{Request, State},
    http::{HeaderValue, header::CONNECTION},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use futures_util::{Stream, StreamExt as _, stream};
use tokio::{
    sync::Mutex,
    time::{Instant, sleep_until, timeout},
};

use super::Error;

/// Bytes of a body that are read after its answer: two and a half of the largest forms.
const MAX_FORGOTTEN: usize = 256 * 1024 * 1024;

#[derive(Clone, Copy, Debug)]
pub struct RequestPace {
    pub idle: Duration,
    pub grace: Duration,
    /// Bytes a second.
    pub least_speed: u64,
    pub answer: Duration,
}

impl Default for RequestPace {
    /// The slowest telephone is faster than that; 100 MB at 2 Mbit/s take seven minutes.
    fn default() -> Self {
        RequestPace {
            idle: Duration::from_secs(10),
            grace: Duration::from_secs(20),
            least_speed: 4 * 1024,
            answer: Duration::from_secs(120),
        }
    }
}

/// What body and handler of one request know of each other.
struct Progress {
    began: Instant,
    /// The last piece came so many milliseconds after the beginning.
    last: AtomicU64,
    received: AtomicU64,
    was_too_slow: AtomicBool,
}

impl Progress {
    fn add(&self, bytes: usize, pace: &RequestPace) -> bool {
        let elapsed = self.began.elapsed();
        self.last.store(elapsed.as_millis() as u64, Relaxed);
        let received = self.received.fetch_add(bytes as u64, Relaxed) + bytes as u64;
        elapsed < pace.grace || received as f64 >= pace.least_speed as f64 * elapsed.as_secs_f64()
    }

    fn deadline(&self, pace: &RequestPace) -> Instant {
        self.began + Duration::from_millis(self.last.load(Relaxed)) + pace.answer
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the request came too slowly")]
struct TooSlow;

/// A body that the handler reads, and whoever comes after it. None: read to its end, or given up.
type Unread = Arc<Mutex<Option<BodyDataStream>>>;

/// The layer, for `from_fn_with_state`.
pub async fn limit(State(pace): State<RequestPace>, request: Request, next: Next) -> Response {
    let progress = Arc::new(Progress {
        began: Instant::now(),
        last: AtomicU64::new(0),
        received: AtomicU64::new(0),
        was_too_slow: AtomicBool::new(false),
    });
    let mut unread = None;
    let request = request.map(|body| {
        if body.is_end_stream() {
            return body;
        }
        let data: &Unread = unread.insert(Arc::new(Mutex::new(Some(body.into_data_stream()))));
        Body::from_stream(paced(data.clone(), pace, progress.clone()))
    });
    let mut answer = std::pin::pin!(next.run(request));
    let response = loop {
        let deadline = progress.deadline(&pace);
        tokio::select! {
            response = &mut answer => {
                if progress.was_too_slow.load(Relaxed) {
                    return Error::TooSlow.into_response();
                }
                break response;
            }
            () = sleep_until(deadline) => {
                if progress.deadline(&pace) <= deadline {
                    return Error::Unavailable(anyhow::anyhow!("no answer in time")).into_response();
                }
            }
        }
    };
    match unread {
        Some(unread) => linger(unread, pace, progress, response),
        None => response,
    }
}

fn paced(
    unread: Unread,
    pace: RequestPace,
    progress: Arc<Progress>,
) -> impl Stream<Item = Result<Bytes, axum::BoxError>> {
    stream::unfold((unread, progress), move |(unread, progress)| async move {
        let mut body = unread.lock().await;
        let next = timeout(pace.idle, body.as_mut()?.next()).await;
        let piece = match next {
            Ok(Some(Ok(bytes))) if progress.add(bytes.len(), &pace) => Some(Ok(bytes)),
            Ok(Some(Err(error))) => Some(Err(error.into())),
            Ok(None) => None,
            Ok(Some(Ok(_))) | Err(_) => {
                progress.was_too_slow.store(true, Relaxed);
                Some(Err(TooSlow.into()))
            }
        };
        if !matches!(piece, Some(Ok(_))) {
            *body = None;
        }
        drop(body);
        Some((piece?, (unread, progress)))
    })
}

/// Reads what the handler left of the body, after the answer, at the pace that all bodies have.
fn linger(unread: Unread, pace: RequestPace, progress: Arc<Progress>, mut response: Response) -> Response {
    // Whoever still reads it (a handler's own task) reads on.
    if unread.try_lock().is_ok_and(|body| body.is_some()) {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        tokio::spawn(async move {
            let mut forgotten = 0;
            let mut rest = std::pin::pin!(paced(unread, pace, progress));
            while let Some(Ok(bytes)) = rest.next().await {
                forgotten += bytes.len();
                if forgotten > MAX_FORGOTTEN {
                    break;
                }
            }
        });
    }
    response
}

#[cfg(test)]
mod tests {
    use axum::{Router, http::StatusCode, middleware::from_fn_with_state};
    use tower::ServiceExt as _;

    use super::*;

    /// Much longer than a test takes, and much shorter than anything here.
    const LONG: Duration = Duration::from_secs(3600);
    const SHORT: Duration = Duration::from_millis(1);

    async fn status(pace: RequestPace, body: Body) -> StatusCode {
        let router = if body.is_end_stream() {
            Router::new().fallback(std::future::pending::<()>)
        } else {
            Router::new().fallback(|body: Bytes| async move { body.len().to_string() })
        };
        let router = router.layer(from_fn_with_state(pace, limit));
        router.oneshot(Request::post("/").body(body).unwrap()).await.unwrap().status()
    }

    fn pieces(
        count: usize,
        then: impl Stream<Item = Result<Bytes, axum::BoxError>> + Send + 'static,
    ) -> Body {
        let pieces = stream::iter((0..count).map(|_| Ok(Bytes::from_static(b"piece"))));
        Body::from_stream(pieces.chain(then))
    }

    #[tokio::test]
    async fn a_body_that_stands_still_or_creeps_is_408() {
        let pace = RequestPace { idle: SHORT, grace: LONG, least_speed: 0, answer: LONG };
        assert_eq!(status(pace, pieces(2, stream::pending())).await, StatusCode::REQUEST_TIMEOUT);
        let pace = RequestPace { idle: LONG, grace: Duration::ZERO, least_speed: u64::MAX, answer: LONG };
        assert_eq!(status(pace, pieces(2, stream::empty())).await, StatusCode::REQUEST_TIMEOUT);
    }

    #[tokio::test]
    async fn a_body_that_goes_on_may_take_longer_than_an_answer() {
        let pace =
            RequestPace { idle: LONG, grace: LONG, least_speed: 0, answer: Duration::from_millis(300) };
        // Each piece comes within the time of an answer, all together don't.
        let slowly = stream::iter(0..8).then(|_| async {
            tokio::time::sleep(Duration::from_millis(60)).await;
            Ok(Bytes::from_static(b"piece"))
        });
        assert_eq!(status(pace, pieces(1, slowly)).await, StatusCode::OK);
    }

    #[tokio::test]
    async fn a_handler_without_an_answer_is_503() {
        let pace = RequestPace { idle: LONG, grace: LONG, least_speed: 0, answer: SHORT };
        assert_eq!(status(pace, Body::empty()).await, StatusCode::SERVICE_UNAVAILABLE);
    }
}
