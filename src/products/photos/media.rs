//! A stored photo as a response.

use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tower::ServiceExt;
use tower_http::services::ServeFile;

use super::{PhotoKey, Size, Uploads};
use crate::web::Error;

const NO_SNIFFING: HeaderValue = HeaderValue::from_static("nosniff");

/// The file that a path's last two parts name, or 404. `kept` says who may keep it, and how long.
pub async fn serve(
    uploads: &Uploads,
    key: &str,
    file: &str,
    request: Request,
    kept: HeaderValue,
) -> Response {
    // Only these two types make a path: no text of the request's does.
    let (Ok(key), Some(size)) = (key.parse::<PhotoKey>(), Size::from_file(file)) else {
        return Error::NotFound.into_response();
    };
    let file = ServeFile::new(uploads.path(&key, size));
    let mut response = match file.oneshot(request).await {
        Ok(response) => response.into_response(),
        Err(never) => match never {},
    };
    match response.status() {
        StatusCode::RANGE_NOT_SATISFIABLE => return response,
        status if status.is_success() || status == StatusCode::NOT_MODIFIED => {}
        // Out of file descriptors, no right to read: it isn't gone (M4).
        status if status.is_server_error() => {
            return Error::Unavailable(anyhow::anyhow!("a photo can't be read")).into_response();
        }
        _ => return Error::NotFound.into_response(),
    }
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, kept);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, NO_SNIFFING);
    response
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::{Body, to_bytes};
    use axum::extract::{Path, State};

    use super::super::fixtures;
    use super::*;

    const KEPT: HeaderValue = HeaderValue::from_static("public, max-age=86400");

    async fn show(
        State(uploads): State<Uploads>,
        Path((key, file)): Path<(String, String)>,
        request: Request,
    ) -> Response {
        serve(&uploads, &key, &file, request, KEPT).await
    }

    struct Media {
        _folder: tempfile::TempDir,
        app: Router,
        key: PhotoKey,
    }

    async fn media() -> Media {
        let folder = tempfile::tempdir().expect("a folder");
        let uploads = Uploads::new(folder.path());
        let key = PhotoKey::random();
        uploads.save_as(&key, &fixtures::processed()).await.expect("saved");
        std::fs::write(folder.path().join("secret"), b"secret").expect("written");
        Media {
            app: Router::new().route("/media/{key}/{file}", axum::routing::get(show)).with_state(uploads),
            _folder: folder,
            key,
        }
    }

    async fn get(app: &Router, path: &str, since: Option<&HeaderValue>) -> Response {
        let mut request = Request::get(path);
        if let Some(since) = since {
            request = request.header(header::IF_MODIFIED_SINCE, since);
        }
        let request = request.body(Body::empty()).expect("a request");
        app.clone().oneshot(request).await.expect("an answer")
    }

    #[tokio::test]
    async fn photos_are_served_to_be_kept() {
        let media = media().await;
        for (size, kind) in [(Size::Small, "image/webp"), (Size::Preview, "image/jpeg")] {
            let answer = get(&media.app, &media.key.url(size), None).await;
            assert_eq!(answer.status(), StatusCode::OK);
            assert_eq!(answer.headers()[header::CONTENT_TYPE], kind);
            assert_eq!(answer.headers()[header::CACHE_CONTROL], KEPT);
            assert_eq!(answer.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
            let since = answer.headers()[header::LAST_MODIFIED].clone();
            let body = to_bytes(answer.into_body(), usize::MAX).await.expect("a body");
            assert_eq!(body, fixtures::processed().file(size));

            let again = get(&media.app, &media.key.url(size), Some(&since)).await;
            assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        }
    }

    #[tokio::test]
    async fn nothing_else_is_served() {
        let media = media().await;
        let key = &media.key;
        for path in [
            format!("/media/{}/large.webp", PhotoKey::random()),
            format!("/media/{key}/large.jpg"),
            format!("/media/{key}/large.webp.bak"),
            format!("/media/{key}/..%2f..%2fsecret"),
            format!("/media/..%2f{key}/large.webp"),
            "/media/%2e%2e/secret".to_owned(),
            format!("/media/{}/large.webp", key.as_str().to_uppercase()),
            format!("/media/{key}/"),
            "/media/%FF/large.webp".to_owned(),
        ] {
            let answer = get(&media.app, &path, None).await;
            assert!(answer.status().is_client_error(), "{path}");
            assert!(answer.headers().get(header::CACHE_CONTROL).is_none(), "{path}");
        }
    }
}
