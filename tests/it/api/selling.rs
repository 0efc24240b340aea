//! Selling by program: pictures first, then the product, then what becomes of it.

use image::ImageFormat;
use reqwest::{Method, header::HeaderMap, multipart};
use serde_json::{Value, json};

use crate::support::{Product, Program, TestApp, picture};

async fn upload(program: &Program) -> String {
    let made = program.upload(picture(40, 30, ImageFormat::Jpeg)).await.expect(201).json();
    made["id"].as_str().unwrap().to_owned()
}

fn lamp(photos: &[&str]) -> Value {
    json!({"title": "Lamp", "description": "Bright.", "price": {"amount_minor": 2550, "currency": "EUR"},
           "category": "home", "condition": "good", "place": "Brno", "photos": photos})
}

#[tokio::test]
async fn a_product_is_listed_with_pictures_that_came_before_it() {
    let app = TestApp::start().await;
    // Nobody has to be a seller before.
    let ana = app.buyer("Ana").await;
    let program = app.program_of(&ana).await;
    let (one, other) = (upload(&program).await, upload(&program).await);
    let form = multipart::Form::new()
        .part("photo", multipart::Part::bytes(picture(20, 20, ImageFormat::Png)).file_name("x.png"));
    let third = program.request(Method::POST, "/uploads").multipart(form);
    let third = program.send(third).await.expect(201).json()["id"].as_str().unwrap().to_owned();
    let made = program.post("/products", &lamp(&[&other, &one])).await.expect(201);
    let id = made.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(made.location(), format!("/api/v1/products/{id}"));
    let covers = |product: &Value| -> Vec<String> {
        let photos = product["photos"].as_array().unwrap().iter();
        photos.map(|photo| photo["small"].as_str().unwrap().split('/').nth(2).unwrap().to_owned()).collect()
    };
    assert_eq!(covers(&made.json()), [other.clone(), one.clone()]);
    // Everybody sees it, on the page too.
    assert_eq!(app.visitor().get(&format!("/products/{id}")).await.ok().text("h1"), "Lamp");
    // A picture goes, one comes, the order is as it is said.
    let path = format!("/products/{id}");
    let change = json!({"photos": [third, one], "price": {"amount_minor": 100, "currency": "EUR"}});
    let changed = program.patch(&path, HeaderMap::new(), &change).await.ok().json();
    assert_eq!(covers(&changed), [third, one]);
    assert_eq!((&changed["price"]["amount_minor"], &changed["title"]), (&json!(100), &json!("Lamp")));
    for (to, state) in [("reserve", "reserved"), ("relist", "listed"), ("sell", "sold"), ("sell", "sold")] {
        let moved = program.post(&format!("{path}/{to}"), &json!({})).await.ok().json();
        assert_eq!(moved["state"], state);
    }
    assert_eq!(program.get("/me/products").await.ok().json()["data"][0]["state"], "sold");
    program.delete(&path).await.expect(204);
    program.delete(&path).await.expect(404);
    program.get(&path).await.expect(410);
    assert_eq!(program.get("/me/products").await.ok().json()["data"], json!([]));
}

#[tokio::test]
async fn what_isnt_ones_own_cant_be_sold_or_shown() {
    let app = TestApp::start().await;
    let (tomas, wei) = (app.seller("Tomas").await, app.seller("Wei").await);
    let (program, stranger) = (app.program_of(&tomas).await, app.program_of(&wei).await);
    let photo = upload(&program).await;
    let refused = stranger.post("/products", &lamp(&[&photo])).await.expect(422).json();
    assert_eq!(refused["errors"][0]["code"], "unknown_upload");
    stranger.post("/products", &lamp(&["../../etc/passwd"])).await.expect(422);
    let id = Product::new("Lamp").create(&app, &tomas).await;
    stranger.patch(&format!("/products/{id}"), HeaderMap::new(), &json!({"title": "Mine"})).await.expect(404);
    // One picture belongs to one product.
    program.post("/products", &lamp(&[&photo])).await.expect(201);
    program.post("/products", &lamp(&[&photo])).await.expect(422);
    let nine: Vec<String> = vec![photo; 9];
    let nine: Vec<&str> = nine.iter().map(String::as_str).collect();
    program.post("/products", &lamp(&nine)).await.expect(422);
}

#[tokio::test]
async fn what_isnt_a_picture_is_refused() {
    let app = TestApp::start().await;
    let program = app.program_of(&app.seller("Tomas").await).await;
    let refused = program.upload(b"not a picture".to_vec()).await.expect(422).json();
    assert_eq!(refused["errors"][0]["pointer"], "/photo");
    program.upload(Vec::new()).await.expect(422);
    let text = program.request(Method::POST, "/uploads").header("content-type", "text/plain").body("x");
    program.send(text).await.expect(415);
    let empty = program.request(Method::POST, "/uploads").multipart(multipart::Form::new().text("a", "b"));
    program.send(empty).await.expect(422);
    // Too large a one is told so, and costs no memory.
    program.upload(vec![0xff; 30 * 1024 * 1024]).await.expect(422);
}
