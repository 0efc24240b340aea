//! Which part of a program's request is wrong, and why.

use serde::Serialize;
use utoipa::ToSchema;

/// One part of a request that can't be used.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FieldProblem {
    /// Where in the body (JSON Pointer, RFC 6901).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/price/currency")]
    pub pointer: Option<String>,
    /// Or which parameter of the address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    pub code: &'static str,
    pub message: String,
}

impl FieldProblem {
    pub fn in_body(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        FieldProblem {
            pointer: Some(pointer.into()),
            parameter: None,
            code: "invalid",
            message: message.into(),
        }
    }

    pub fn in_query(parameter: impl Into<String>, message: impl Into<String>) -> Self {
        FieldProblem {
            pointer: None,
            parameter: Some(parameter.into()),
            code: "invalid",
            message: message.into(),
        }
    }
}
