//! The pages as an app: manifest, icons, service worker, and the files by which native apps are known.

use haggle::web::NativeApps;
use reqwest::{Method, header};

use crate::support::{Product, TestApp, room};

#[tokio::test]
async fn the_manifest_names_the_marketplace_and_every_picture_of_it_is_there() {
    let app = TestApp::start_called(|marketplace| marketplace.name = "Flea market of Brno".to_owned()).await;
    let visitor = app.visitor();
    let manifest = visitor.get("/manifest.webmanifest").await.ok().json();
    assert_eq!(manifest["name"], "Flea market of Brno");
    assert_eq!(manifest["short_name"], "Flea market");
    for (member, value) in [("id", "/"), ("start_url", "/"), ("scope", "/"), ("display", "standalone")] {
        assert_eq!(manifest[member], value);
    }
    assert_eq!(manifest["share_target"]["action"], "/share");
    assert_eq!(manifest["launch_handler"]["client_mode"], "navigate-existing");
    let purposes: Vec<_> = manifest["icons"].as_array().unwrap().iter().map(|it| &it["purpose"]).collect();
    assert_eq!(purposes, ["any", "any", "maskable", "maskable"]);
    for kind in ["icons", "screenshots"] {
        for picture in manifest[kind].as_array().unwrap() {
            let file = visitor.get(picture["src"].as_str().unwrap()).await.ok();
            assert_eq!(file.header("content-type"), picture["type"].as_str());
            assert!(file.header("cache-control").unwrap().contains("immutable"));
        }
    }
    let touch = visitor.get("/").await.ok().attr("link[rel='apple-touch-icon']", "href");
    assert_eq!(visitor.get(&touch).await.ok().header("content-type"), Some("image/png"));
    visitor.get("/icons/x/any-193.png").await.expect(404);
    let old = visitor.get("/icons/x/any-192.png").await.ok();
    assert_eq!(old.header("cache-control"), Some("no-cache"), "of another version");
}

#[tokio::test]
async fn the_worker_is_the_same_for_everybody_and_another_one_where_something_differs() {
    let app = TestApp::start().await;
    let (visitor, ana) = (app.visitor(), app.buyer("Ana").await);
    let worker = visitor.get("/sw.js").await.ok();
    let policy = visitor.get("/").await.ok().header("content-security-policy").unwrap().to_owned();
    assert!(policy.contains("worker-src 'self'"), "{policy}");
    assert_eq!(worker.header("content-type"), Some("text/javascript; charset=utf-8"));
    assert_eq!(worker.header("cache-control"), Some("no-cache"));
    assert!(worker.body().contains("showNotification") && !worker.body().contains("\nexport "));
    assert_eq!(ana.get("/sw.js").await.ok().body(), worker.body());
    // The address of the worker before this one.
    assert_eq!(visitor.get("/service-worker.js").await.ok().body(), worker.body());
    let tag = worker.header("etag").unwrap();
    let again = visitor.request(Method::GET, "/sw.js").header(header::IF_NONE_MATCH, tag);
    visitor.send(again).await.expect(304);
    let offline = visitor.get("/offline").await.ok();
    assert_eq!(ana.get("/offline").await.ok().body(), offline.body(), "nobody's page");
    assert!(offline.text("h1").contains("You are offline"));
    let list = worker.body().lines().find(|line| line.starts_with("const ASSETS = ")).unwrap().to_owned();
    let list = list.trim_start_matches("const ASSETS = ").trim_end_matches(';');
    for address in serde_json::from_str::<Vec<String>>(list).unwrap() {
        let file = visitor.get(&address).await.ok();
        assert!(file.header("cache-control").unwrap().contains("immutable"), "{address}");
    }

    let other = TestApp::start_called(|marketplace| marketplace.name = "Bazaar".to_owned()).await;
    let other = other.visitor().get("/sw.js").await.ok();
    assert_ne!(other.header("etag"), Some(tag));
}

/// By it the worker knows whose the pages are that it keeps, and whom it may send for.
#[tokio::test]
async fn an_answer_names_its_account_and_a_request_may_demand_one() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let product = Product::new("Lamp").create(&app, &tomas).await;
    ana.messages_about(product, "Hello").await;
    let (hers, his) = (ana.account_id.to_string(), tomas.account_id.to_string());
    assert_eq!(ana.get("/messages").await.ok().header("haggle-account"), Some(&*hers));
    assert_eq!(app.visitor().get("/").await.ok().header("haggle-account"), None);
    assert_eq!(app.visitor().get("/login").await.ok().header("haggle-account"), None);

    let room = format!("/rooms/{}/messages", room(&ana, &tomas));
    let send = async |account: &str| {
        let request = tomas.request(Method::POST, &room).header("haggle-account", account);
        let request = request.header(header::ACCEPT, "application/json").form(&[
            ("body", "Written by whoever was here before"),
            ("client_id", "5f0e3c8a-94c1-4f0b-8f5e-2f8f3d1c0a11"),
        ]);
        tomas.send(request).await
    };
    send(&hers).await.expect(401);
    send("").await.expect(401);
    send(&his).await.expect(200);
    let visitor = app.visitor();
    let request = visitor.request(Method::POST, &room).header("haggle-account", &hers);
    visitor.send(request.form(&[("body", "x")])).await.expect(401);
}

/// What the worker keeps isn't looked at: what is to be said once waits for whoever looks.
#[tokio::test]
async fn a_page_that_is_kept_takes_no_message_away() {
    let app = TestApp::start().await;
    let tomas = app.seller("Tomas").await;
    let id = Product::new("Lamp").create(&app, &tomas).await;
    tomas.post(&format!("/seller/products/{id}/sold"), &[]).await.expect(303);
    let kept = tomas.request(Method::GET, "/messages").header("purpose", "prefetch");
    assert!(!tomas.send(kept).await.ok().has(".flash-success"));
    assert!(tomas.get("/seller/dashboard").await.ok().has(".flash-success"));
}

#[tokio::test]
async fn native_apps_are_named_where_their_systems_look() {
    let (links, association) = ("/.well-known/assetlinks.json", "/.well-known/apple-app-site-association");
    let app = TestApp::start().await;
    let none = app.visitor();
    none.get(links).await.expect(404);
    none.get(association).await.expect(404);
    let app = TestApp::start_called(|marketplace| {
        let android = format!("com.example.market:{}", "ab".repeat(32));
        marketplace.apps = NativeApps::parse(&android, "ABCDE12345.com.example.market").unwrap().into();
    })
    .await;
    let (links, association) =
        (app.visitor().get(links).await.ok(), app.visitor().get(association).await.ok());
    for file in [&links, &association] {
        assert_eq!(file.header("content-type"), Some("application/json"));
    }
    let target = &links.json()[0]["target"];
    assert_eq!(
        (&target["namespace"], &target["package_name"]),
        (&"android_app".into(), &"com.example.market".into())
    );
    assert_eq!(target["sha256_cert_fingerprints"][0], ["AB"; 32].join(":"));
    let association = association.json();
    assert_eq!(association["applinks"]["details"][0]["appIDs"][0], "ABCDE12345.com.example.market");
    assert_eq!(association["webcredentials"]["apps"][0], "ABCDE12345.com.example.market");
}
