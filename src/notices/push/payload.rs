//! What a push says: Declarative Web Push's JSON, which some browsers show by themselves and our service worker shows
//! in the others.

use serde_json::{Map, Value, json};

use super::super::kind::Words;

/// Of what was said, in characters.
const EXCERPT: usize = 120;
/// Of a name or title, in characters: the whole stays far below what a push may have.
const MAX_TITLE: usize = 160;

/// One notification: a further one with the same tag takes its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Payload {
    pub title: String,
    pub body: String,
    /// Absolute.
    pub url: String,
    pub tag: String,
    /// Whether it makes itself felt, though one with its tag is there already.
    pub renotify: bool,
    /// What the app's badge shows.
    pub badge: i64,
}

impl Payload {
    /// Of one notice. `previews`: whether a locked screen may show names and words.
    pub fn of(words: &Words, tag: String, origin: &str, previews: bool) -> Self {
        let (title, body) = match (previews, &words.about) {
            (false, _) => (words.discreet.to_owned(), String::new()),
            (true, Some(about)) => {
                (words.title.clone(), format!("{}\n{}", cut(about, MAX_TITLE), cut(&words.text, EXCERPT)))
            }
            (true, None) => (words.title.clone(), cut(&words.text, EXCERPT)),
        };
        let url = format!("{origin}{}", words.path);
        Payload { title: cut(&title, MAX_TITLE), body, url, tag, renotify: true, badge: 0 }
    }

    /// Of several that were held back.
    pub fn summary<'a>(all: impl ExactSizeIterator<Item = &'a Words>, origin: &str, previews: bool) -> Self {
        let title = format!("{} notices while it was quiet", all.len());
        let names: Vec<&str> = all.map(|words| &*words.title).collect();
        let body = if previews { cut(&names.join(", "), EXCERPT) } else { String::new() };
        let (url, tag) = (format!("{origin}/notices"), "summary".to_owned());
        Payload { title, body, url, tag, renotify: true, badge: 0 }
    }

    pub fn json(&self) -> Vec<u8> {
        let Payload { title, body, url, tag, renotify, badge } = self;
        let mut notification = Map::new();
        notification.insert("title".to_owned(), json!(title));
        notification.insert("body".to_owned(), json!(body));
        notification.insert("navigate".to_owned(), json!(url));
        notification.insert("tag".to_owned(), json!(tag));
        notification.insert("lang".to_owned(), json!("en"));
        notification.insert("dir".to_owned(), json!("auto"));
        notification.insert("renotify".to_owned(), json!(renotify));
        notification.insert("silent".to_owned(), json!(!renotify));
        // The first browsers to know it look for the badge within.
        notification.insert("app_badge".to_owned(), json!(badge));
        let message =
            json!({ "web_push": 8030, "notification": Value::Object(notification), "app_badge": badge });
        message.to_string().into_bytes()
    }
}

/// The first characters, with a sign that there were more.
fn cut(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notices::push::encrypt::MAX_TEXT;

    fn words() -> Words {
        Words {
            title: "Ana".to_owned(),
            about: Some("Lamp".to_owned()),
            text: "Is it still there?".to_owned(),
            discreet: "New message",
            path: "/rooms/buyer_1_seller_2".to_owned(),
            ..Words::default()
        }
    }

    #[test]
    fn it_says_who_about_what_and_the_beginning_of_the_words() {
        let payload = Payload::of(&words(), "message:1".to_owned(), "https://market.example", true);
        let json: Value = serde_json::from_slice(&Payload { badge: 3, ..payload }.json()).unwrap();
        assert_eq!(json["web_push"], 8030);
        assert_eq!(json["app_badge"], 3);
        let notification = &json["notification"];
        assert_eq!(notification["title"], "Ana");
        assert_eq!(notification["body"], "Lamp\nIs it still there?");
        assert_eq!(notification["navigate"], "https://market.example/rooms/buyer_1_seller_2");
        assert_eq!(notification["tag"], "message:1");
    }

    #[test]
    fn without_previews_it_names_nobody() {
        let json = Payload::of(&words(), "message:1".to_owned(), "https://market.example", false).json();
        let json = String::from_utf8(json).unwrap();
        assert!(json.contains("New message"), "{json}");
        assert!(!json.contains("Ana") && !json.contains("Lamp") && !json.contains("still"), "{json}");
    }

    #[test]
    fn the_longest_words_fit() {
        let long = "\u{1f389}\"".repeat(4_000);
        let words = Words { title: long.clone(), about: Some(long.clone()), text: long, ..words() };
        let payload = Payload::of(&words, "message:1".to_owned(), "https://market.example", true);
        assert!(payload.json().len() < MAX_TEXT, "{}", payload.json().len());
        assert!(payload.body.ends_with('…'));
    }
}
