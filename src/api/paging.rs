//! Lists by keyset: a page says where the next one begins, so that nothing comes twice or is left out while things are
//! added.

use axum::{
    Json,
    http::{HeaderValue, Uri, header},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use utoipa::{IntoParams, ToSchema};

use super::{
    error::{ApiError, Result},
    sentences,
};
use crate::web::FieldProblem;

pub const DEFAULT_LIMIT: i64 = 25;
pub const MAX_LIMIT: i64 = 100;

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// Where the page begins: `next` of the page before.
    pub cursor: Option<String>,
    /// How many at most.
    #[param(minimum = 1, maximum = 100, default = 25)]
    pub limit: Option<i64>,
}

impl Paging {
    pub fn limit(&self) -> Result<i64> {
        match self.limit.unwrap_or(DEFAULT_LIMIT) {
            limit @ 1..=MAX_LIMIT => Ok(limit),
            _ => {
                Err(ApiError::invalid(vec![FieldProblem::in_query("limit", sentences::A_LIMIT_IS_1_TO_100)]))
            }
        }
    }

    /// What stood in `next`.
    pub fn after<T: DeserializeOwned>(&self) -> Result<Option<T>> {
        let Some(text) = &self.cursor else { return Ok(None) };
        let decoded = URL_SAFE_NO_PAD.decode(text).ok().and_then(|json| serde_json::from_slice(&json).ok());
        let problem = || FieldProblem {
            code: "bad_cursor",
            ..FieldProblem::in_query("cursor", sentences::THAT_CURSOR_ISNT_OURS)
        };
        decoded.map(Some).ok_or_else(|| ApiError::invalid(vec![problem()]))
    }
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    pub data: Vec<T>,
    /// The cursor of the next page; null on the last one.
    #[schema(required)]
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// `rows`: one more than `limit`, if there is another page. `key`: what the last one shown stands at.
    pub fn new<R, K: Serialize>(
        mut rows: Vec<R>,
        limit: i64,
        key: impl Fn(&R) -> K,
        show: impl Fn(R) -> T,
    ) -> Self {
        let has_more = rows.len() as i64 > limit;
        rows.truncate(limit as usize);
        let next = rows.last().filter(|_| has_more).map(|last| cursor(&key(last)));
        Page { data: rows.into_iter().map(show).collect(), next }
    }

    /// A list that is whole.
    pub fn whole(data: Vec<T>) -> Self {
        Page { data, next: None }
    }
}

pub fn cursor<K: Serialize>(key: &K) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(key).unwrap_or_default())
}

impl<T: Serialize> Page<T> {
    /// With `Link: rel="next"` (RFC 8288) for the address that was asked.
    pub fn answer(self, uri: &Uri) -> Response {
        let link = self.next.as_ref().map(|cursor| {
            let cursor = utf8_percent_encode(cursor, NON_ALPHANUMERIC);
            let kept = uri.query().unwrap_or_default().split('&');
            let kept: String = kept
                .filter(|pair| !pair.is_empty() && !pair.starts_with("cursor="))
                .map(|pair| format!("{pair}&"))
                .collect();
            format!("<{}?{kept}cursor={cursor}>; rel=\"next\"", uri.path())
        });
        let mut response = Json(self).into_response();
        if let Some(link) = link.and_then(|link| HeaderValue::from_str(&link).ok()) {
            response.headers_mut().insert(header::LINK, link);
        }
        response
    }
}
