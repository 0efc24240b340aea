//! An answer, asked as a reader would: by what stands where.

use reqwest::{
    StatusCode,
    header::{HeaderMap, LOCATION},
};
use scraper::{ElementRef, Html, Selector};
use serde_json::Value;

#[derive(Debug)]
pub struct Page {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    /// Method and path, for messages.
    asked: String,
}

impl Page {
    pub(super) async fn read(asked: String, response: reqwest::Response) -> Self {
        let status = response.status();
        let headers = response.headers().clone();
        let body = response.bytes().await.expect("the whole answer").to_vec();
        Self { status, headers, body, asked }
    }

    /// The answer must have this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}:\n{}", self.asked, self.body());
        self
    }

    #[track_caller]
    pub fn ok(self) -> Self {
        self.expect(200)
    }

    /// A form that came back, with messages.
    #[track_caller]
    pub fn refused(self) -> Self {
        self.expect(422)
    }

    /// Must be a "see other" to this path.
    #[track_caller]
    pub fn redirects_to(&self, path: &str) {
        assert_eq!(self.status.as_u16(), 303, "{}:\n{}", self.asked, self.body());
        assert_eq!(self.location(), path, "{}", self.asked);
    }

    #[track_caller]
    pub fn location(&self) -> &str {
        self.header(LOCATION.as_str()).unwrap_or_else(|| panic!("{}: no Location", self.asked))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub fn body(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{}: {error}:\n{}", self.asked, self.body()))
    }

    pub fn count(&self, selector: &str) -> usize {
        self.each(selector, |_| ()).len()
    }

    pub fn has(&self, selector: &str) -> bool {
        self.count(selector) > 0
    }

    /// What is written in every element, white space made single.
    pub fn texts(&self, selector: &str) -> Vec<String> {
        self.each(selector, written)
    }

    /// What is written in the only such element.
    #[track_caller]
    pub fn text(&self, selector: &str) -> String {
        self.only(selector, self.texts(selector))
    }

    /// An attribute of every element that has it.
    pub fn attrs(&self, selector: &str, name: &str) -> Vec<String> {
        let found = self.each(selector, |element| element.attr(name).map(str::to_owned));
        found.into_iter().flatten().collect()
    }

    #[track_caller]
    pub fn attr(&self, selector: &str, name: &str) -> String {
        self.only(selector, self.attrs(selector, name))
    }

    /// The only such form, with what it is filled in with.
    #[track_caller]
    pub fn form(&self, selector: &str) -> Form {
        self.only(selector, self.each(selector, Form::read))
    }

    #[track_caller]
    fn only<T>(&self, selector: &str, mut found: Vec<T>) -> T {
        assert_eq!(found.len(), 1, "{}: how many {selector}? In:\n{}", self.asked, self.body());
        found.remove(0)
    }

    fn each<T>(&self, selector: &str, take: impl Fn(ElementRef) -> T) -> Vec<T> {
        let wanted = Selector::parse(selector).expect("a selector");
        Html::parse_document(&self.body()).select(&wanted).map(take).collect()
    }
}

/// A form as a browser would send it.
#[derive(Debug, Clone)]
pub struct Form {
    pub action: String,
    pub fields: Vec<(String, String)>,
}

impl Form {
    /// Types over a field, or adds one.
    pub fn set(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(field, _)| field != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    #[track_caller]
    pub fn value(&self, name: &str) -> &str {
        let found = self.fields.iter().find(|(field, _)| field == name);
        &found.unwrap_or_else(|| panic!("no field {name} in {:?}", self.fields)).1
    }

    fn read(form: ElementRef) -> Self {
        let controls = Selector::parse("input[name], textarea[name], select[name]").expect("a selector");
        let fields = form
            .select(&controls)
            .filter_map(|control| Some((control.attr("name")?.to_owned(), value_of(control)?)));
        Self { action: form.attr("action").unwrap_or_default().to_owned(), fields: fields.collect() }
    }
}

/// What a control sends, if anything.
fn value_of(control: ElementRef) -> Option<String> {
    let own = || control.attr("value").unwrap_or_default().to_owned();
    match (control.value().name(), control.attr("type").unwrap_or("text")) {
        ("textarea", _) => Some(control.text().collect::<String>().trim_start_matches('\n').to_owned()),
        ("select", _) => {
            let chosen = Selector::parse("option[selected]").expect("a selector");
            let any = Selector::parse("option").expect("a selector");
            let option = control.select(&chosen).next().or_else(|| control.select(&any).next())?;
            Some(option.attr("value").map_or_else(|| written(option), str::to_owned))
        }
        ("input", "checkbox" | "radio") => control.attr("checked").map(|_| match own() {
            value if value.is_empty() => "on".to_owned(),
            value => value,
        }),
        ("input", "submit" | "button" | "image" | "reset" | "file") => None,
        _ => Some(own()),
    }
}

fn written(element: ElementRef) -> String {
    let text: String = element.text().collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
