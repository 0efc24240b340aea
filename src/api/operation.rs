//! What every operation of the document has: its scope, and how it refuses.

use utoipa::openapi::{
    Ref, RefOr,
    path::{Operation, Paths},
};

use super::sentences;

/// The name of the one security scheme.
pub const OAUTH: &str = "oauth";
/// The name of the response that every refusal is.
pub const PROBLEM: &str = "Problem";

pub fn operations(paths: &mut Paths) -> impl Iterator<Item = &mut Operation> {
    paths.paths.values_mut().flat_map(|path| {
        [&mut path.get, &mut path.put, &mut path.post, &mut path.patch, &mut path.delete]
            .into_iter()
            .flat_map(Option::as_mut)
    })
}

/// What any endpoint may answer instead: the same for all, so that it is said once.
pub fn add_refusals(operation: &mut Operation, is_open: bool) {
    let has_parameters = operation.parameters.as_ref().is_some_and(|parameters| !parameters.is_empty());
    let takes_body = operation.request_body.is_some();
    let takes_something = has_parameters || takes_body;
    let mut add = |status: &str| add_refusal(operation, status);
    ["401", "403", "429", "default"].into_iter().for_each(&mut add);
    if takes_something {
        ["400", "404", "422"].into_iter().for_each(&mut add);
    }
    if takes_body {
        ["413", "415"].into_iter().for_each(&mut add);
    }
    if is_open {
        add("503");
    }
}

pub fn add_refusal(operation: &mut Operation, status: &str) {
    let problem = || RefOr::Ref(Ref::new(format!("#/components/responses/{PROBLEM}")));
    operation.responses.responses.entry(status.to_owned()).or_insert_with(problem);
}

/// What success is, where nothing more is to be said of it.
pub fn describe_success(operation: &mut Operation) {
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else { continue };
        if response.description.is_empty() {
            let sentence = match &**status {
                "201" => sentences::IT_WAS_MADE,
                "204" => sentences::DONE,
                _ => sentences::WHAT_WAS_ASKED_FOR,
            };
            response.description = sentence.to_owned();
        }
    }
}
