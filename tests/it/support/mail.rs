//! Letters as people read them: out of the files that a program without a mail server writes.

use std::{fs, path::Path};

use mail_parser::MessageParser;

use super::{TestApp, eventually};

/// A letter that somebody got.
#[derive(Clone, Debug)]
pub struct Received {
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    /// As it was sent.
    pub raw: String,
}

impl Received {
    pub fn parse(raw: &str) -> Self {
        let message = MessageParser::default().parse(raw.as_bytes()).expect("a letter");
        let to = message.to().and_then(|to| to.first()).and_then(|to| to.address()).unwrap_or_default();
        Received {
            to: to.to_owned(),
            subject: message.subject().unwrap_or_default().to_owned(),
            text: message.body_text(0).unwrap_or_default().into_owned(),
            html: message.body_html(0).unwrap_or_default().into_owned(),
            raw: raw.to_owned(),
        }
    }

    /// Path and query of its button's link.
    #[track_caller]
    pub fn link(&self) -> String {
        let line = self.text.lines().find_map(|line| line.split_once(": http"));
        let (_, rest) = line.unwrap_or_else(|| panic!("no link in {}", self.text));
        let after = rest.split_once("//").expect("an address").1;
        after.find('/').map_or("/", |at| &after[at..]).trim().to_owned()
    }
}

impl TestApp {
    /// All that were sent and not taken, the oldest first.
    pub fn letters(&self) -> Vec<Received> {
        files(self.mail_dir()).iter().map(|file| Received::parse(&read(file))).collect()
    }

    /// Takes the oldest letter to this address, which is sent at last.
    pub async fn letter_to(&self, email: &str) -> Received {
        let found = async || {
            files(self.mail_dir()).into_iter().find_map(|file| {
                let letter = Received::parse(&read(&file));
                (letter.to == email).then(|| {
                    fs::remove_file(&file).expect("a file of ours");
                    letter
                })
            })
        };
        eventually(&format!("a letter to {email}"), found).await
    }
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("a folder of letters")
        .map(|entry| entry.expect("a file").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "eml"))
        .collect();
    files.sort();
    files
}

fn read(file: &Path) -> String {
    String::from_utf8(fs::read(file).expect("a letter")).expect("letters are ASCII")
}
