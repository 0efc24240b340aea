//! What a letter says, before it has a form: one pair of templates makes plain text and HTML of every feature's words,
//! so that they look alike and no feature writes HTML for mail.

use askama::Template;

use super::letter::Letter;
use crate::web::Marketplace;

/// A link that is shown as a button. Made from the public address.
#[derive(Clone, Debug)]
pub struct Button {
    pub label: String,
    pub url: String,
}

/// Paragraphs in plain text, each on its own; what they quote is isolated and escaped here.
#[derive(Clone, Debug, Default)]
pub struct Words {
    pub title: String,
    pub paragraphs: Vec<String>,
    /// Somebody else's words, set apart.
    pub quote: Option<String>,
    pub button: Option<Button>,
    /// Below the button, in small.
    pub small_print: Vec<String>,
}

#[derive(Template)]
#[template(path = "mail/letter.html")]
struct Html<'a> {
    words: &'a Words,
    marketplace: &'a Marketplace,
}

#[derive(Template)]
#[template(path = "mail/letter.txt", escape = "none")]
struct Text<'a> {
    words: &'a Words,
    marketplace: &'a Marketplace,
}

impl Words {
    /// A letter to this address; `key` names what it is about, and is the same whenever it is made again.
    pub fn letter(&self, marketplace: &Marketplace, to: &str, key: &str) -> anyhow::Result<Letter> {
        Ok(Letter {
            key: key.to_owned(),
            from_name: marketplace.name.clone(),
            to: to.to_owned(),
            subject: self.title.clone(),
            text: Text { words: self, marketplace }.render()?,
            html: Html { words: self, marketplace }.render()?,
            ..Letter::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_say_the_same_and_nothing_in_it_is_markup() {
        let words = Words {
            title: "A question <about> your lamp".to_owned(),
            paragraphs: vec!["Ana & Béla wrote:".to_owned()],
            quote: Some("Is it <b>bold</b>?\nAnd bright?".to_owned()),
            button: Some(Button { label: "Answer".to_owned(), url: "https://m.example/rooms/x".to_owned() }),
            small_print: vec!["You can turn this off.".to_owned()],
        };
        let letter = words.letter(&Marketplace::default(), "ana@example.com", "k").unwrap();
        assert!(letter.text.contains("> Is it <b>bold</b>?\n> And bright?"), "{}", letter.text);
        assert!(letter.text.contains("Answer: https://m.example/rooms/x"), "{}", letter.text);
        assert!(
            !letter.html.contains("<b>bold") && letter.html.contains("href=\"https://m.example/rooms/x\"")
        );
        for said in ["You can turn this off.", "Haggle"] {
            assert!(letter.text.contains(said) && letter.html.contains(said), "{said}");
        }
    }
}
