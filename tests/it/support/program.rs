//! A program that asks the API with a token, or without one.

use reqwest::{Client, Method, RequestBuilder, header::HeaderMap};
use serde_json::Value;

use super::{Page, Person, Socket, TestApp};

#[derive(Clone)]
pub struct Program {
    origin: String,
    token: Option<String>,
    client: Client,
}

/// Every scope there is.
pub const SCOPES: [&str; 8] =
    ["profile", "products:read", "products:write", "chat:read", "chat:write", "notices", "push", "webhooks"];

impl TestApp {
    /// One that has no token.
    pub fn program(&self) -> Program {
        Program { origin: self.origin(), token: None, client: Client::new() }
    }

    /// One that acts for somebody, and may do all that they may.
    pub async fn program_of(&self, person: &Person) -> Program {
        self.program_with(person, &SCOPES).await
    }

    pub async fn program_with(&self, person: &Person, scopes: &[&str]) -> Program {
        let token = self.token(person, scopes).await;
        Program { token: Some(token), ..self.program() }
    }
}

impl Program {
    pub fn token(&self) -> &str {
        self.token.as_deref().expect("a token")
    }

    pub fn with_token(&self, token: &str) -> Program {
        Program { token: Some(token.to_owned()), ..self.clone() }
    }

    /// `path`: after `/api/v1`.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}/api/v1{path}", self.origin));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub async fn send(&self, request: RequestBuilder) -> Page {
        let request = request.build().expect("a request");
        let asked = format!("{} {}", request.method(), request.url().path());
        Page::read(asked, self.client.execute(request).await.expect("an answer")).await
    }

    pub async fn get(&self, path: &str) -> Page {
        super::search_index::catch_up(&self.origin, path).await;
        self.send(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Page {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    pub async fn post_once(&self, path: &str, key: &str, body: &Value) -> Page {
        self.send(self.request(Method::POST, path).header("idempotency-key", key).json(body)).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Page {
        self.send(self.request(Method::PUT, path).json(body)).await
    }

    pub async fn patch(&self, path: &str, headers: HeaderMap, body: &Value) -> Page {
        self.send(self.request(Method::PATCH, path).headers(headers).json(body)).await
    }

    pub async fn delete(&self, path: &str) -> Page {
        self.send(self.request(Method::DELETE, path)).await
    }

    /// A socket opened by the header.
    pub async fn socket(&self, path: &str) -> Result<Socket, u16> {
        Socket::open_with(&format!("{}/api/v1{path}", self.origin), self.token.as_deref()).await
    }

    /// A picture, in the body.
    pub async fn upload(&self, picture: Vec<u8>) -> Page {
        let request = self.request(Method::POST, "/uploads").header("content-type", "image/jpeg");
        self.send(request.body(picture)).await
    }
}
