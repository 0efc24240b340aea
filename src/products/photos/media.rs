//! A stored photo as a response.

use std::io;
use std::path::PathBuf;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt as _;
use sha2::{Digest as _, Sha256};
use tower::ServiceExt as _;
use tower_http::services::ServeFile;

use super::bucket::{Bucket, Reading};
use super::uploads::Place;
use super::{PhotoKey, Size, Uploads};
use crate::products::sentences;
use crate::web::{Error, Result};

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
    let served = match uploads.place(&key, size) {
        Place::File(path) => serve_file(path, request).await,
        Place::Object(bucket, name) => serve_object(bucket, &name, size, request.headers()).await,
    };
    let mut response = match served {
        Ok(response) => response,
        Err(error) => return error.into_response(),
    };
    if response.status() == StatusCode::RANGE_NOT_SATISFIABLE {
        return response;
    }
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, kept);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, NO_SNIFFING);
    response
}

async fn serve_file(path: PathBuf, request: Request) -> Result<Response> {
    let response = match ServeFile::new(path).oneshot(request).await {
        Ok(response) => response.into_response(),
        Err(never) => match never {},
    };
    match response.status() {
        StatusCode::RANGE_NOT_SATISFIABLE | StatusCode::NOT_MODIFIED => Ok(response),
        status if status.is_success() => Ok(response),
        // Out of file descriptors, no right to read: it isn't gone (M4).
        status if status.is_server_error() => {
            Err(Error::Unavailable(anyhow::anyhow!("a photo can't be read")))
        }
        _ => Err(Error::NotFound),
    }
}

/// Passed on as it comes, whole: a part of a picture is asked for by nobody. What lies under a name never changes, so the
/// name is its entity tag, and whoever has it needn't trouble the store.
async fn serve_object(bucket: &Bucket, name: &str, size: Size, asked: &HeaderMap) -> Result<Response> {
    let tag = format!("\"{:x}\"", Sha256::digest(name));
    let known = asked.get(header::IF_NONE_MATCH).and_then(|known| known.to_str().ok());
    if known.is_some_and(|known| known.contains(&tag)) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    let Reading { size: length, bytes, permit } = bucket.read(name).await.map_err(|error| {
        if error.kind() == io::ErrorKind::NotFound {
            return Error::NotFound;
        }
        tracing::warn!(%error, "a photo can't be read from the store");
        Error::Busy(sentences::PHOTOS_CANT_BE_REACHED_JUST_NOW)
    })?;
    let bytes = bytes.inspect(move |_| {
        let _held = &permit;
    });
    let headers = [
        (header::CONTENT_TYPE, size.mime().to_owned()),
        (header::CONTENT_LENGTH, length.to_string()),
        (header::ETAG, tag),
    ];
    Ok((headers, Body::from_stream(bytes)).into_response())
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::to_bytes;
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
