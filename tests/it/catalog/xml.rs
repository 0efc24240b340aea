//! XML that programs read, checked by a schema where `xmllint` is installed, and read without it everywhere.

use std::{
    io::{ErrorKind, Write as _},
    process::{Command, Stdio},
};

use crate::support::Page;

/// The answer must be of this type, and valid by the schema in `schemas/`.
#[track_caller]
pub fn assert_valid(page: &Page, media_type: &str, schema: &str) {
    assert_eq!(page.header("content-type"), Some(&*format!("{media_type}; charset=utf-8")));
    assert!(page.body().starts_with("<?xml version=\"1.0\""), "{}", page.body());
    let schema = format!("{}/tests/it/catalog/schemas/{schema}.rng", env!("CARGO_MANIFEST_DIR"));
    let checker = Command::new("xmllint")
        .args(["--noout", "--nonet", "--relaxng", &schema, "-"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut checker = match checker {
        Err(error) if error.kind() == ErrorKind::NotFound => return,
        checker => checker.unwrap(),
    };
    checker.stdin.take().unwrap().write_all(&page.body).unwrap();
    let done = checker.wait_with_output().unwrap();
    assert!(done.status.success(), "{}\n{}", String::from_utf8_lossy(&done.stderr), page.body());
}

/// What stands in each of these elements, in order.
pub fn values(page: &Page, element: &str) -> Vec<String> {
    let body = page.body();
    let (open, close) = (format!("<{element}>"), format!("</{element}>"));
    let texts = body.split(&open).skip(1).filter_map(|rest| Some(rest.split_once(&close)?.0));
    let plain = |text: &str| {
        let references = [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")];
        references.iter().fold(text.to_owned(), |text, (reference, plain)| text.replace(reference, plain))
    };
    texts.map(plain).collect()
}
