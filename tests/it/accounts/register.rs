use crate::support::{PASSWORD, TestApp};

#[tokio::test]
async fn a_buyer_registers_and_is_signed_in() {
    let app = TestApp::start().await;
    let ana = app.visitor();
    let page = ana.get("/register").await.ok();
    let form = page.form("form[action='/register']");
    let form = form
        .set("name", " Ana  Ribeiro ")
        .set("email", "ANA@Example.com ")
        .set("password", PASSWORD)
        .set("role", "buyer");
    ana.submit(&form).await.redirects_to("/");
    let home = ana.get("/").await.ok();
    assert!(home.text(".flash").contains("ready"));
    assert!(home.has(".nav a[href='/messages']") && !home.has(".nav a[href='/seller/dashboard']"));
    let row: (String, String, i64, i64) = sqlx::query_as(
        "SELECT email, name, (SELECT count(*) FROM buyers WHERE account_id = accounts.id),
                (SELECT count(*) FROM customers WHERE account_id = accounts.id) FROM accounts",
    )
    .fetch_one(&app.db)
    .await
    .unwrap();
    assert_eq!(row, ("ana@example.com".into(), "Ana Ribeiro".into(), 1, 0));
}

#[tokio::test]
async fn a_seller_gets_both_profiles_and_a_dashboard() {
    let app = TestApp::start().await;
    let tomas = app.register_seller("Tomas").await;
    assert!(tomas.buyer_id() > 0 && tomas.seller_id() > 0);
    assert!(tomas.get("/account").await.ok().has(".nav a[href='/seller/dashboard']"));
}

#[tokio::test]
async fn a_refused_registration_comes_back_filled_in_without_the_password() {
    let app = TestApp::start().await;
    app.buyer("Ana").await;
    let fine = [("name", "Bo"), ("email", "bo@example.com"), ("password", PASSWORD), ("role", "buyer")];
    let cases: [(&str, &str); 14] = [
        ("email", ""),
        ("email", "bo"),
        ("email", "bo@example"),
        ("email", "bo@exa mple.com"),
        ("email", "ana@example.com"),
        ("email", "b\0o@example.com"),
        ("name", " "),
        ("name", &"x".repeat(81)),
        ("name", "Bo\0"),
        ("name", "\u{202e}"),
        ("name", "\u{200b}"),
        ("password", "short"),
        ("password", &"x".repeat(600)),
        ("role", "admin"),
    ]
    .map(|(field, value)| (field, Box::leak(value.to_owned().into_boxed_str()) as &str));
    for (field, value) in cases {
        let fields = fine.map(|(name, fine)| (name, if name == field { value } else { fine }));
        let page = app.visitor().post("/register", &fields).await.refused();
        assert!(page.has(&format!("#{field}_error")) || page.has(".field-error"), "{field} = {value:?}");
        assert_eq!(
            page.attr("input[name=name]", "value"),
            if field == "name" { value.replace('\0', "\u{fffd}") } else { "Bo".into() }
        );
        assert!(!page.body().contains(PASSWORD));
    }
    app.visitor().post("/register", &[]).await.refused();
    let accounts: i64 = sqlx::query_scalar("SELECT count(*) FROM accounts").fetch_one(&app.db).await.unwrap();
    assert_eq!(accounts, 1);
}

#[tokio::test]
async fn two_who_register_the_same_address_at_once_become_one_account() {
    let app = TestApp::start().await;
    let fields = [("name", "Bo"), ("email", "bo@example.com"), ("password", PASSWORD), ("role", "buyer")];
    let (one, two) = (app.visitor(), app.visitor());
    let (one, two) = tokio::join!(one.post("/register", &fields), two.post("/register", &fields));
    let mut statuses = [u16::from(one.status), u16::from(two.status)];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 422]);
}

/// L11: by whichever letters, and whatever the house is called.
#[tokio::test]
async fn nobody_is_called_like_whoever_runs_the_place() {
    let app = TestApp::start_called(|marketplace| marketplace.name = "Bazar Brno".to_owned()).await;
    let ana = app.visitor();
    let form = ana.get("/register").await.ok().form("form[action='/register']");
    let form = form.set("email", "ana@example.com").set("password", PASSWORD).set("role", "seller");
    for name in ["HaggIe Support", "Αdmin", "Ваzаr Brn0", "BazarBrno Team", "B a z a r  B r n o"] {
        let page = ana.submit(&form.clone().set("name", name)).await.refused();
        assert!(page.text(".field-error:not([hidden])").contains("is kept for whoever runs"), "{name}");
    }
    ana.submit(&form.set("name", "Ana of Brno")).await.expect(303);
    ana.post("/account", &[("name", "Βazar Brno")]).await.refused();
    let shop = [("shop_name", "Bazar-Brno"), ("place", "Brno"), ("about", "")];
    ana.post("/account/sell", &shop).await.refused();
}
