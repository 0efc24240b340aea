//! Multipart forms, streamed: a field is read as it arrives and bounded in size.

use axum::body::{Body, Bytes};
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::{StatusCode, header};
use futures_util::StreamExt as _;
use http_body_util::Limited;
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _, AsyncWriteExt as _};

use super::{Error, Form, Result};
use crate::web::sentences;

/// Bytes of text in one field, and of all fields of a form without files.
pub const MAX_TEXT: usize = 64 * 1024;

/// A sent form: its fields, where there are no files in it, or its parts to be read one by one.
pub enum FormBody {
    Fields(Vec<(String, String)>),
    Parts(Multipart),
}

impl FormBody {
    pub async fn read(request: Request) -> Result<Self> {
        if is_multipart(&request) {
            return Ok(FormBody::Parts(Multipart::from_request(request, &()).await.map_err(|_| bad_form())?));
        }
        // Without files it is a form like any other, however much a form with them may hold.
        let request = request.map(|body| Body::new(Limited::new(body, MAX_TEXT)));
        Ok(FormBody::Fields(Form::from_request(request, &()).await?.0))
    }
}

fn is_multipart(request: &Request) -> bool {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("multipart/form-data"))
}

/// The field's text.
pub async fn text(field: &mut Field<'_>) -> Result<String> {
    let bytes = bytes(field, MAX_TEXT).await?.ok_or_else(bad_form)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The field's bytes; nothing if there are more than `max`. All of it is read either way, because
/// the next field comes after it.
pub async fn bytes(field: &mut Field<'_>, max: usize) -> Result<Option<Bytes>> {
    let mut bytes = Vec::new();
    let mut fits = true;
    while let Some(chunk) = field.chunk().await.map_err(multipart_error)? {
        fits = fits && bytes.len() + chunk.len() <= max;
        if fits {
            bytes.extend_from_slice(&chunk);
        } else {
            bytes = Vec::new();
        }
    }
    Ok(fits.then(|| bytes.into()))
}

/// A file that lies on the disk until its turn comes: what is on its way takes no memory.
pub struct SpooledFile {
    file: tokio::fs::File,
    size: usize,
    digest: Sha256,
}

impl SpooledFile {
    pub fn is_empty(&self) -> bool {
        self.size == 0
    }

    /// SHA-256 of all of it, in hex.
    pub fn digest(&self) -> String {
        format!("{:x}", self.digest.clone().finalize())
    }

    async fn add(&mut self, chunk: &[u8], max: usize) -> Result<()> {
        self.size = self.size.saturating_add(chunk.len());
        if self.size <= max {
            self.digest.update(chunk);
            self.file.write_all(chunk).await.map_err(|error| Error::Internal(error.into()))?;
        }
        Ok(())
    }

    async fn finish(mut self, max: usize) -> Result<Option<SpooledFile>> {
        self.file.flush().await.map_err(|error| Error::Internal(error.into()))?;
        Ok((self.size <= max).then_some(self))
    }

    pub async fn read(mut self) -> Result<Bytes> {
        let mut bytes = Vec::with_capacity(self.size);
        let read = async {
            self.file.rewind().await?;
            self.file.read_to_end(&mut bytes).await
        };
        read.await.map_err(|error| Error::Internal(error.into()))?;
        Ok(bytes.into())
    }
}

/// Writes the field's bytes to `file`; nothing if there are more than `max`. All of it is read either way.
pub async fn spool(field: &mut Field<'_>, max: usize, file: std::fs::File) -> Result<Option<SpooledFile>> {
    let mut spooled = SpooledFile { file: tokio::fs::File::from_std(file), size: 0, digest: Sha256::new() };
    while let Some(chunk) = field.chunk().await.map_err(multipart_error)? {
        spooled.add(&chunk, max).await?;
    }
    spooled.finish(max).await
}

/// The same of a body that is nothing but a file.
pub async fn spool_body(body: Body, max: usize, file: std::fs::File) -> Result<Option<SpooledFile>> {
    let mut spooled = SpooledFile { file: tokio::fs::File::from_std(file), size: 0, digest: Sha256::new() };
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Error::TooLarge(sentences::THESE_PHOTOS_ARE_TOO_LARGE_TOGETHER))?;
        spooled.add(&chunk, max).await?;
    }
    spooled.finish(max).await
}

/// Reads the field to its end and keeps nothing.
pub async fn drain(field: &mut Field<'_>) -> Result<()> {
    bytes(field, 0).await.map(drop)
}

pub fn multipart_error(error: MultipartError) -> Error {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge(sentences::THESE_PHOTOS_ARE_TOO_LARGE_TOGETHER),
        _ => bad_form(),
    }
}

pub fn bad_form() -> Error {
    Error::BadRequest(sentences::THE_FORM_COULDNT_BE_READ.to_owned())
}
