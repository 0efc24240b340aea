//! Somebody at a browser.

use std::{sync::Arc, time::Duration};

use haggle::accounts::{
    self,
    session_store::{self, id_hash},
};
use reqwest::{
    Client, Method, RequestBuilder,
    cookie::{CookieStore as _, Jar},
    header::{ACCEPT, HeaderValue, ORIGIN},
    multipart, redirect,
};
use serde_json::json;
use tokio::sync::OnceCell;
use tower_sessions::session::Id;

use super::{Form, Page, TestApp};

/// Everybody's.
pub const PASSWORD: &str = "correct horse battery";

/// One browser with its cookies, and who is at it. A clone is another tab.
#[derive(Clone)]
pub struct Person {
    pub name: String,
    pub email: String,
    /// Zero for a visitor.
    pub account_id: i64,
    pub(super) origin: String,
    client: Client,
    jar: Arc<Jar>,
    buyer_id: Option<i64>,
    seller_id: Option<i64>,
}

impl TestApp {
    /// Somebody who isn't signed in.
    pub fn visitor(&self) -> Person {
        let jar = Arc::new(Jar::default());
        let client =
            Client::builder().cookie_provider(jar.clone()).redirect(redirect::Policy::none()).build();
        Person {
            name: String::new(),
            email: String::new(),
            account_id: 0,
            origin: self.origin(),
            client: client.expect("a client"),
            jar,
            buyer_id: None,
            seller_id: None,
        }
    }

    /// A signed-in buyer, put straight into the database: for tests that aren't about signing in.
    pub async fn buyer(&self, name: &str) -> Person {
        self.insert(name, false, false).await
    }

    /// A signed-in seller (who is a buyer as well), put straight into the database.
    pub async fn seller(&self, name: &str) -> Person {
        self.insert(name, true, false).await
    }

    /// A signed-in admin (who, as in the demo, needs no second factor), put straight into the database.
    pub async fn admin(&self, name: &str) -> Person {
        self.insert(name, false, true).await
    }

    /// Registers through the form, as a buyer.
    pub async fn register_buyer(&self, name: &str) -> Person {
        self.register(name, "buyer").await
    }

    /// Registers through the form, as a seller.
    pub async fn register_seller(&self, name: &str) -> Person {
        self.register(name, "seller").await
    }

    /// A personal token of theirs, called `x`, made through its page.
    pub async fn token(&self, person: &Person, scopes: &[&str]) -> String {
        let mut fields = vec![("name", "x"), ("days", "30")];
        fields.extend(scopes.iter().map(|scope| ("scopes", *scope)));
        person.post("/account/tokens", &fields).await.ok().text("[data-token]")
    }

    async fn register(&self, name: &str, role: &str) -> Person {
        let mut person = self.visitor();
        let email = email_of(name);
        let fields = [("name", name), ("email", &email), ("password", PASSWORD), ("role", role)];
        person.post("/register", &fields).await.expect(303);
        let (id, buyer, seller) = sqlx::query_as(
            "SELECT a.id, b.id, c.id FROM accounts a
             LEFT JOIN buyers b ON b.account_id = a.id LEFT JOIN customers c ON c.account_id = a.id
             WHERE a.email = $1",
        )
        .bind(&email)
        .fetch_one(&self.db)
        .await
        .expect("the new account");
        (person.account_id, person.buyer_id, person.seller_id) = (id, buyer, seller);
        (person.name, person.email) = (name.to_owned(), email);
        person
    }

    async fn insert(&self, name: &str, sells: bool, is_admin: bool) -> Person {
        let mut person = self.visitor();
        (person.name, person.email) = (name.to_owned(), email_of(name));
        let (id, buyer, seller) = sqlx::query_as(
            "WITH a AS (
                 INSERT INTO accounts (email, name, password_hash, is_admin, is_demo) VALUES ($1, $2, $3, $4, $4)
                 RETURNING id
             ), b AS (
                 INSERT INTO buyers (account_id) SELECT id FROM a WHERE NOT $4 RETURNING id
             ), c AS (
                 INSERT INTO customers (account_id, shop_name) SELECT id, $2 FROM a WHERE $5 RETURNING id
             )
             SELECT a.id, b.id, c.id FROM a LEFT JOIN b ON true LEFT JOIN c ON true",
        )
        .bind(&person.email)
        .bind(name)
        .bind(password_hash().await)
        .bind(is_admin)
        .bind(sells)
        .fetch_one(&self.db)
        .await
        .expect("a new account");
        (person.account_id, person.buyer_id, person.seller_id) = (id, buyer, seller);
        self.sign_in_quickly(&person).await;
        person
    }

    /// Puts a session for the person into the database and its cookie into their browser.
    async fn sign_in_quickly(&self, person: &Person) {
        let id = Id::default();
        sqlx::query(
            "INSERT INTO sessions (id_hash, account_id, data, expires_at)
             VALUES ($1, $2, $3, now() + interval '1 day')",
        )
        .bind(id_hash(&id))
        .bind(person.account_id)
        .bind(json!({ session_store::ACCOUNT_ID: person.account_id }))
        .execute(&self.db)
        .await
        .expect("a new session");
        person.set_cookie(&format!("{}={id}; Path=/", session_store::COOKIE));
    }
}

impl Person {
    #[track_caller]
    pub fn buyer_id(&self) -> i64 {
        self.buyer_id.unwrap_or_else(|| panic!("{} is no buyer", self.name))
    }

    #[track_caller]
    pub fn seller_id(&self) -> i64 {
        self.seller_id.unwrap_or_else(|| panic!("{} is no seller", self.name))
    }

    /// Through the form, with the password given.
    pub async fn sign_in(&self, password: &str) -> Page {
        self.post("/login", &[("email", &*self.email), ("password", password)]).await
    }

    /// The same person at a second browser, signed in there through the form.
    pub async fn on_another_device(&self, app: &TestApp) -> Person {
        let there = app.visitor();
        let person = Person { client: there.client, jar: there.jar, ..self.clone() };
        person.sign_in(PASSWORD).await.expect(303);
        person
    }

    /// The same browser, led to another node.
    pub fn on_node(&self, node: &TestApp) -> Person {
        self.at_origin(node.origin())
    }

    /// The same browser, led to another `http://host:port`.
    pub fn at_origin(&self, origin: String) -> Person {
        Person { origin, ..self.clone() }
    }

    pub async fn get(&self, path: &str) -> Page {
        super::search_index::catch_up(&self.origin, path).await;
        self.send(self.request(Method::GET, path)).await
    }

    pub async fn get_json(&self, path: &str) -> Page {
        super::search_index::catch_up(&self.origin, path).await;
        self.send(self.request(Method::GET, path).header(ACCEPT, "application/json")).await
    }

    /// For a server that may not be there: only what it answers if all is well.
    pub async fn try_get_json(&self, path: &str) -> Option<serde_json::Value> {
        let request = self.request(Method::GET, path).header(ACCEPT, "application/json");
        let answer = request.timeout(Duration::from_secs(10)).send().await.ok()?;
        answer.error_for_status().ok()?.json().await.ok()
    }

    /// Sends a form.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        self.send(self.request(Method::POST, path).form(fields)).await
    }

    /// As a script sends it.
    pub async fn post_json(&self, path: &str, body: &serde_json::Value) -> Page {
        self.send(self.request(Method::POST, path).header(ACCEPT, "application/json").json(body)).await
    }

    pub async fn post_multipart(&self, path: &str, form: multipart::Form) -> Page {
        self.send(self.request(Method::POST, path).multipart(form)).await
    }

    /// Sends a form that was on a page, as it was filled in.
    pub async fn submit(&self, form: &Form) -> Page {
        self.send(self.request(Method::POST, &form.action).form(&form.fields)).await
    }

    /// Goes where a "see other" points, as browsers do.
    pub async fn follow(&self, page: &Page) -> Page {
        self.get(page.location()).await
    }

    /// A request as this browser sends it, for what the others don't cover.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method.clone(), format!("{}{path}", self.origin));
        if method == Method::GET {
            return request;
        }
        request.header(ORIGIN, &self.origin).header("sec-fetch-site", "same-origin")
    }

    pub async fn send(&self, request: RequestBuilder) -> Page {
        let request = request.build().expect("a request");
        let asked = format!("{} {}", request.method(), request.url().path());
        let response =
            self.client.execute(request).await.unwrap_or_else(|error| panic!("{asked}: {error:?}"));
        Page::read(asked, response).await
    }

    /// What this browser would send as its `Cookie`.
    pub fn cookies(&self) -> Option<HeaderValue> {
        self.jar.cookies(&self.origin.parse().expect("an address"))
    }

    pub fn set_cookie(&self, cookie: &str) {
        self.jar.add_cookie_str(cookie, &self.origin.parse().expect("an address"));
    }
}

fn email_of(name: &str) -> String {
    format!("{}@example.com", name.to_lowercase().replace(' ', "."))
}

/// [`PASSWORD`], hashed once.
async fn password_hash() -> &'static str {
    static HASH: OnceCell<accounts::Hash> = OnceCell::const_new();
    let make = async || {
        let password = accounts::Password::parse(PASSWORD).expect("a good password");
        accounts::hash(&password).await.unwrap_or_else(|error| panic!("{error:?}"))
    };
    HASH.get_or_init(make).await.as_str()
}
