//! Reports, decisions, appeals.

use serde_json::json;

use crate::support::{Page, Person, Product, TestApp, room};

async fn report_message(person: &Person, room: &str, seq: i64, context: &[i64]) -> Page {
    let seqs: Vec<String> = context.iter().map(i64::to_string).collect();
    let seq = seq.to_string();
    let mut fields = vec![
        ("subject", "message"),
        ("room", room),
        ("seq", &*seq),
        ("reason", "harassment"),
        ("words", "He goes on and on."),
    ];
    fields.extend(seqs.iter().map(|seq| ("context", seq.as_str())));
    person.post("/reports", &fields).await
}

#[tokio::test]
async fn staff_sees_what_was_handed_over_and_that_only() {
    let app = TestApp::start().await;
    let (ana, tomas, admin) = (app.buyer("Ana").await, app.seller("Tomas").await, app.admin("Root").await);
    let name = room(&ana, &tomas);
    for n in 1..=9 {
        ana.sends(&name, &format!("Private word {n}")).await;
    }
    tomas.sends(&name, "An insult").await;
    tomas.sends(&name, "A photo of me").await;

    let form = ana.get(&format!("/reports?subject=message&room={name}&seq=10")).await.ok();
    assert_eq!(form.text(".excerpt .prose"), "An insult");
    assert_eq!(form.count("[name=context]"), 6, "five before it and one after");
    report_message(&ana, &name, 10, &[4, 5, 6, 7, 8, 9, 11]).await.refused();
    let case = report_message(&ana, &name, 10, &[9, 11]).await.expect(303).location().to_owned();
    // Twice is once, and nobody reports their own words or those of others' rooms.
    assert_eq!(report_message(&ana, &name, 10, &[]).await.expect(303).location(), case);
    report_message(&ana, &name, 9, &[]).await.expect(404);
    report_message(&app.buyer("Bo").await, &name, 10, &[]).await.expect(404);

    let queue = admin.get("/admin/cases").await.ok();
    let path = queue.attr("tbody a", "href");
    let seen = admin.get(&path).await.ok();
    assert_eq!(seen.texts(".excerpt .prose"), ["Private word 9", "An insult", "A photo of me"]);
    assert!(!seen.body().contains("Private word 8") && seen.body().contains("He goes on and on."));
    admin.get(&format!("/rooms/{name}")).await.expect(404);

    // Whatever happens to the conversation afterwards, the copy stays as it is.
    sqlx::query("UPDATE post_messages SET body = 'Something nice'").execute(&app.db).await.unwrap();
    assert_eq!(admin.get(&path).await.ok().texts(".excerpt .prose")[1], "An insult");
    let changed = sqlx::query("UPDATE cases SET excerpt = '[]'").execute(&app.db).await;
    assert_eq!(changed.unwrap_err().as_database_error().unwrap().code().unwrap(), "HG002");

    // The accused sees nothing before a decision against them, and then neither who reported nor the rest.
    tomas.get(&case).await.expect(404);
    app.buyer("Cy").await.get(&case).await.expect(404);
    ana.get(&case).await.ok();
    let decide = [("decision", "upheld"), ("words", "Insults aren't allowed here.")];
    admin.post(&path, &[("decision", "upheld"), ("words", "")]).await.refused();
    admin.post(&path, &decide).await.redirects_to("/admin/cases");
    assert_eq!(ana.get(&case).await.ok().text("#decision [data-reason]"), "Insults aren't allowed here.");
    let his = tomas.get(&case).await.ok();
    assert_eq!(his.texts(".excerpt .prose"), ["An insult"]);
    assert!(!his.body().contains("Ana") && !his.body().contains("on and on"));
    assert_eq!(tomas.get("/cases").await.ok().count(".person-row"), 1);
    assert!(admin.get("/admin/audit").await.ok().body().contains("Decided a report"));
    assert!(ana.get("/notices").await.ok().body().contains("Staff agreed with your report."));
    assert!(tomas.get("/notices").await.ok().body().contains("Staff decided a report against you."));
}

#[tokio::test]
async fn an_appeal_is_decided_once_by_another_admin() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let (root, other) = (app.admin("Root").await, app.admin("Other").await);
    let lamp = Product::new("Lamp").create(&app, &tomas).await;
    ana.messages_about(lamp, "Hello").await;
    let id = lamp.to_string();
    let fields = [("subject", "product"), ("product_id", &*id), ("reason", "fraud")];
    let case = ana.post("/reports", &fields).await.expect(303).location().to_owned();
    let path = format!("/admin{case}");
    root.post(&path, &[("decision", "fraud"), ("words", "There is no such lamp.")]).await.expect(303);
    root.post(&path, &[("decision", "dismissed"), ("words", "No.")]).await.expect(303);

    // Removed: signed out, nothing for sale, and whoever talked to them is warned.
    tomas.get("/account").await.expect(303);
    ana.get(&format!("/products/{lamp}")).await.expect(410);
    let warned = ana.get(&format!("/rooms/{}", room(&ana, &tomas))).await.ok();
    assert!(warned.text("[data-fraud]").contains("removed for fraud"));

    // The letter's key opens the case to them.
    let key: String = sqlx::query_scalar("SELECT key::text FROM cases").fetch_one(&app.db).await.unwrap();
    let path_told: String =
        sqlx::query_scalar("SELECT details->>'path' FROM notices WHERE details ? 'path' AND account_id = $1")
            .bind(tomas.account_id)
            .fetch_one(&app.db)
            .await
            .unwrap();
    assert_eq!(path_told, format!("{case}?key={key}"));
    tomas.get(&case).await.expect(303);
    tomas.get(&format!("{case}?key=00000000-0000-4000-8000-000000000000")).await.expect(404);
    let page = tomas.get(&format!("{case}?key={key}")).await.ok();
    let mut form = page.form("#appeal");
    form.fields.iter_mut().find(|(name, _)| name == "words").unwrap().1 = "It stands in my shop.".to_owned();
    tomas.submit(&form).await.expect(303);
    let again = tomas.post(&format!("{case}/appeal"), &[("key", &key), ("words", "Again")]).await;
    again.expect(303);
    assert!(!root.get(&path).await.ok().has("#decide-appeal"));
    let reversed = [("decision", "reversed"), ("words", "We saw the lamp.")];
    root.post(&format!("{path}/appeal"), &reversed).await.expect(403);
    assert!(other.get(&path).await.ok().body().contains("It stands in my shop."));
    other.post(&format!("{path}/appeal"), &reversed).await.expect(303);
    other.post(&format!("{path}/appeal"), &reversed).await.expect(403);

    ana.get(&format!("/products/{lamp}")).await.ok();
    assert!(!ana.get(&format!("/rooms/{}", room(&ana, &tomas))).await.ok().has("[data-fraud]"));
    let log = root.get("/admin/audit").await.ok();
    for line in ["Decided a report", "Decided an appeal", "Suspended a person", "Restored a person"] {
        assert!(log.body().contains(line), "{line}");
    }
    let figures = root.get("/admin/cases").await.ok();
    assert!(figures.text("[data-case-figures]").contains("1 of 1"));
    // Everybody reads the same in figures, and nobody's name.
    let visitor = app.visitor();
    assert!(visitor.get("/about").await.ok().has("a[href='/about/reports']"));
    let public = visitor.get("/about/reports").await.ok();
    let [open, decided, against, within, appealed, reversed, _] =
        &public.texts("[data-report-figures] dd")[..]
    else {
        panic!("{}", public.text("main"));
    };
    let counted = [open, decided, against, within, appealed, reversed].map(String::as_str);
    assert_eq!(counted, ["0", "1", "1", "0", "1", "1"]);
    for name in ["Ana", "Tomas", "Lamp"] {
        assert!(!public.text("main").contains(name), "{name}");
    }
}

#[tokio::test]
async fn many_reports_of_one_are_one_line_and_a_days_reports_are_bounded() {
    let app = TestApp::start().await;
    let (tomas, admin) = (app.seller("Tomas").await, app.admin("Root").await);
    let id = tomas.seller_id().to_string();
    let fields = [("subject", "person"), ("seller_id", &*id), ("reason", "spam")];
    for name in ["Ana", "Bo", "Cy"] {
        app.buyer(name).await.post("/reports", &fields).await.expect(303);
    }
    let queue = admin.get("/admin/cases").await.ok();
    assert_eq!(queue.texts("tbody .cell-number"), ["3"]);
    admin
        .post(&queue.attr("tbody a", "href"), &[("decision", "dismissed"), ("words", "Fine.")])
        .await
        .expect(303);
    assert_eq!(admin.get("/admin/cases").await.ok().count("tbody tr"), 0);

    tomas.post("/reports", &fields).await.expect(404);
    app.visitor().get("/reports?subject=person&seller_id=1").await.expect(303);
    let busy = app.buyer("Busy").await;
    for n in 0..21 {
        let shop = app.seller(&format!("Shop {n}")).await;
        let id = shop.seller_id().to_string();
        let fields = [("subject", "person"), ("seller_id", &*id), ("reason", "spam")];
        let answer = busy.post("/reports", &fields).await.expect(303);
        assert_eq!(answer.location().starts_with("/cases/"), n < 20, "{n}: {}", json!(answer.location()));
    }
}

#[tokio::test]
async fn what_is_withheld_is_in_no_report() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let name = room(&ana, &tomas);
    ana.sends(&name, "Hello").await;
    tomas.sends(&name, "Go away").await;
    ana.post(&format!("/rooms/{name}/block"), &[]).await.expect(303);
    tomas.sends(&name, "Unheard").await;
    let form = ana.get(&format!("/reports?subject=message&room={name}&seq=2")).await.ok();
    assert!(!form.body().contains("Unheard"));
    ana.get(&format!("/reports?subject=message&room={name}&seq=3")).await.expect(404);
}
