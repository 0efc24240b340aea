//! Time limits of a request that count from its last progress, not from its beginning (C18): a large form over a slow line
//! takes as long as it takes, and one that stands still is ended.
//!
//! ```text
//! body: the next piece within `idle`, and after `grace` at least `least_speed` on average   else 408
//! handler: an answer within `answer` after the last piece                                   else 503
//! ```

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use axum::{
    body::{Body, Bytes, HttpBody as _},
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use futures_util::{Stream, StreamExt as _, stream};
use tokio::time::{Instant, sleep_until, timeout};

use super::Error;

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

/// The layer, for `from_fn_with_state`.
pub async fn limit(State(pace): State<RequestPace>, request: Request, next: Next) -> Response {
    let progress = Arc::new(Progress {
        began: Instant::now(),
        last: AtomicU64::new(0),
        received: AtomicU64::new(0),
        was_too_slow: AtomicBool::new(false),
    });
    let request = request.map(|body| {
        if body.is_end_stream() { body } else { Body::from_stream(paced(body, pace, progress.clone())) }
    });
    let mut answer = std::pin::pin!(next.run(request));
    loop {
        let deadline = progress.deadline(&pace);
        tokio::select! {
            response = &mut answer => {
                if progress.was_too_slow.load(Relaxed) {
                    return Error::TooSlow.into_response();
                }
                return response;
            }
            () = sleep_until(deadline) => {
                if progress.deadline(&pace) <= deadline {
                    return Error::Unavailable(anyhow::anyhow!("no answer in time")).into_response();
                }
            }
        }
    }
}

fn paced(
    body: Body,
    pace: RequestPace,
    progress: Arc<Progress>,
) -> impl Stream<Item = Result<Bytes, axum::BoxError>> {
    stream::unfold(Some((body.into_data_stream(), progress)), move |state| async move {
        let (mut data, progress) = state?;
        match timeout(pace.idle, data.next()).await {
            Ok(None) => None,
            Ok(Some(Err(error))) => Some((Err(error.into()), None)),
            Ok(Some(Ok(bytes))) if progress.add(bytes.len(), &pace) => {
                Some((Ok(bytes), Some((data, progress))))
            }
            Ok(Some(Ok(_))) | Err(_) => {
                progress.was_too_slow.store(true, Relaxed);
                Some((Err(TooSlow.into()), None))
            }
        }
    })
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
