//! Bodies, and the values that stand in many of them.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{StatusCode, header},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned};
use utoipa::{PartialSchema, ToSchema, openapi};

use super::{
    error::{ApiError, Result},
    sentences,
};
use crate::{
    products::{
        Currency,
        photos::{Photo, PhotoKey, Size},
        price::Price,
    },
    web::{Error, FieldProblem},
};

/// A JSON body. What isn't JSON is 400, what is of another shape (an unknown field is, too) 422, naming the place.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let essence = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/json") {
            let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            return Err(ApiError::new(status, "unsupported_media_type", sentences::THE_BODY_HAS_TO_BE_JSON));
        }
        let bytes =
            Bytes::from_request(request, state).await.map_err(|rejection| match rejection.status() {
                StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge(sentences::THE_BODY_IS_TOO_LARGE),
                _ => Error::BadRequest(sentences::THE_BODY_COULDNT_BE_READ.to_owned()),
            })?;
        parse(&bytes).map(Body)
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let parsed = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let (path, error) = (pointer(error.path()), error.into_inner());
        match error.classify() {
            serde_json::error::Category::Data => {
                ApiError::invalid(vec![FieldProblem::in_body(path, error.to_string())])
            }
            _ => ApiError::from(Error::BadRequest(sentences::not_json(&error))),
        }
    })?;
    json.end().map_err(|error| Error::BadRequest(sentences::not_json(&error)))?;
    Ok(parsed)
}

/// RFC 6901.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let segment = |segment: &Segment| match segment {
        Segment::Seq { index } => format!("/{index}"),
        Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
        Segment::Enum { variant } => format!("/{variant}"),
        Segment::Unknown => String::new(),
    };
    path.iter().map(segment).collect()
}

/// A number of ours, as text: programs' numbers may have 53 bits only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Id(pub i64);

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let is_plain = !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit());
        let id = is_plain.then(|| text.parse().ok()).flatten();
        id.map(Id).ok_or_else(|| serde::de::Error::custom(sentences::AN_ID_IS_DIGITS_IN_A_STRING))
    }
}

impl PartialSchema for Id {
    fn schema() -> openapi::RefOr<openapi::Schema> {
        openapi::ObjectBuilder::new()
            .schema_type(openapi::schema::Type::String)
            .pattern(Some("^[1-9][0-9]{0,17}$"))
            .examples([serde_json::json!("12")])
            .into()
    }
}

impl ToSchema for Id {
    fn name() -> std::borrow::Cow<'static, str> {
        "Id".into()
    }
}

/// An amount of money.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// In the currency's smallest unit: 12500 is 125.00 euros.
    #[schema(minimum = 0, maximum = 1_000_000_000_000_i64)]
    pub amount_minor: i64,
    /// ISO 4217.
    #[schema(pattern = "^[A-Z]{3}$", example = "EUR")]
    pub currency: String,
}

impl From<Price> for Money {
    fn from(price: Price) -> Self {
        Money { amount_minor: price.minor(), currency: price.currency().code().to_owned() }
    }
}

impl Money {
    /// What a form's two fields would say; a price that can't be says why.
    pub fn to_input(&self) -> Result<(String, String), FieldProblem> {
        let Some(currency) = Currency::from_code(&self.currency) else {
            let message = sentences::UNKNOWN_CURRENCY;
            return Err(FieldProblem {
                code: "currency_unknown",
                ..FieldProblem::in_body("/price/currency", message)
            });
        };
        match Price::new(self.amount_minor, currency) {
            Some(price) => Ok((price.to_input(), self.currency.clone())),
            None => {
                let message = sentences::THAT_ISNT_A_PRICE;
                let problem = FieldProblem::in_body("/price/amount_minor", message);
                Err(FieldProblem { code: "price_out_of_range", ..problem })
            }
        }
    }
}

/// A picture in several sizes, smallest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Picture {
    /// For `photos` of a product.
    pub id: String,
    /// Of the largest, in pixels.
    pub width: u32,
    pub height: u32,
    #[schema(format = "uri-reference")]
    pub small: String,
    #[schema(format = "uri-reference")]
    pub medium: String,
    #[schema(format = "uri-reference")]
    pub large: String,
}

impl From<&Photo> for Picture {
    fn from(photo: &Photo) -> Self {
        Picture {
            id: photo.key.to_string(),
            width: photo.width,
            height: photo.height,
            small: photo.small(),
            medium: photo.medium(),
            large: photo.large(),
        }
    }
}

/// Where the profile photo with this key is.
pub fn profile_photo(key: Option<&str>) -> Option<String> {
    key?.parse::<PhotoKey>().ok().map(|key| key.url(Size::Small))
}
