//! The program against its own document: schemathesis makes requests up from it, sound ones and broken ones, and compares
//! what comes back with what is promised. `api_people.py` is who asks.

use std::process::Stdio;

use tokio::process::Command;

use crate::{
    mail::{PACKAGES, python},
    processes::Node,
    support::TestDatabase,
};

/// What a machine without it is told.
pub fn missing() -> Option<&'static str> {
    let found = python(&["-c", "import schemathesis"]).stderr(Stdio::null()).status();
    (!found.is_ok_and(|status| status.success())).then_some(
        "there is no schemathesis; install it (`pip3 install --no-deps --target target/python -r .ci/requirements-schemathesis.txt`)",
    )
}

const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
    response_headers_conformance,response_schema_conformance";

/// The same requests each time, so that a failure is the change's. Sockets aren't asked: they have no answer.
pub async fn no_request_breaks_it_or_is_answered_in_an_undocumented_way() {
    let database = TestDatabase::new().await;
    let node = Node::start("schemathesis", database.url(), None).await;
    let folder = tempfile::tempdir().unwrap();
    let document = format!("{}/api/v1/openapi.json", node.origin());
    let path = format!("{PACKAGES}:{}/tests/nodes", env!("CARGO_MANIFEST_DIR"));
    let run = Command::new("python3")
        .args(["-m", "schemathesis.cli", "run", &document, "--checks", CHECKS])
        .args(["--exclude-path-regex", "/ws/", "--phases", "examples,coverage,fuzzing"])
        .args(["--max-examples", "10", "--max-time", "45", "--workers", "1", "--continue-on-failure"])
        .args(["--generation-deterministic", "--no-shrink", "--suppress-health-check", "all"])
        .args(["--warnings", "off", "--no-color"])
        .env("PYTHONPATH", path)
        .env("SCHEMATHESIS_HOOKS", "api_people")
        .env("HAGGLE_ORIGIN", node.origin())
        .current_dir(folder.path())
        .output()
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success(), "{said}{}", String::from_utf8_lossy(&run.stderr));
    println!("{said}");
}
