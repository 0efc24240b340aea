//! What first messages are warned of: how often honest ones, how often the others.

use haggle::safety::{OwnNames, warnings};

use crate::{
    chat::send,
    support::{TestApp, room},
};

/// A language and a text a line.
fn messages(corpus: &str) -> Vec<(&str, &str)> {
    let lines = corpus.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines.map(|line| line.split_once('|').unwrap_or_else(|| panic!("{line}"))).collect()
}

#[test]
fn honest_people_are_hardly_ever_warned_of_and_others_mostly() {
    let own = OwnNames::new("Haggle", "https://haggle.example");
    let warned = |corpus| {
        let all = messages(corpus);
        let count = all.len();
        let (warned, quiet): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|(_, text)| !warnings(text, &own).is_empty());
        (count, warned, quiet)
    };
    let (honest, warned_honest, _) = warned(include_str!("first_messages/honest.txt"));
    let (dishonest, warned_dishonest, missed) = warned(include_str!("first_messages/dishonest.txt"));
    for (language, text) in &warned_honest {
        println!("honest and warned of ({language}): {text}: {:?}", warnings(text, &own));
    }
    for (language, text) in &missed {
        println!("dishonest and missed ({language}): {text}");
    }
    println!("honest: {} of {honest} warned of", warned_honest.len());
    println!("dishonest: {} of {dishonest} warned of", warned_dishonest.len());
    assert!(honest >= 200 && dishonest >= 100);
    assert!(warned_honest.len() * 100 <= honest, "more than 1 % of honest ones");
    assert!(warned_dishonest.len() * 100 >= dishonest * 90, "less than 90 % of the others");
}

#[tokio::test]
async fn only_the_recipient_is_warned_and_only_at_the_beginning() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let name = room(&ana, &tomas);
    ana.sends(&name, "Hello, is it still there?").await;
    let path = format!("/ws/{name}");
    let (mut anas, mut tomass) = (ana.socket(&path).await, tomas.socket(&path).await);
    anas.expect("hello").await;
    tomass.expect("hello").await;
    anas.send(send("Write to me on WhatsApp, or pay at https://haggle-pay.example.top/1")).await;
    let (hers, his) = (anas.expect("message").await, tomass.expect("message").await);
    assert!(!hers["html"].as_str().unwrap().contains("data-warning"));
    for code in ["look_alike", "messenger", "payment"] {
        assert!(his["html"].as_str().unwrap().contains(&format!("data-warning=\"{code}\"")), "{his}");
    }
    // The page and history say the same as the socket.
    let page = tomas.get(&format!("/rooms/{name}")).await.ok();
    assert_eq!(page.count("[data-warning]"), 3);
    assert_eq!(page.text(".warning-host"), "example.top");
    let entries = tomas.get_json(&format!("/rooms/{name}/messages")).await.ok().json();
    assert_eq!(entries["entries"][1]["html"], his["html"]);
    assert_eq!(ana.get(&format!("/rooms/{name}")).await.ok().count("[data-warning]"), 0);
    for n in 0..8 {
        tomas.sends(&name, &format!("Answer {n}")).await;
    }
    ana.sends(&name, "Then WhatsApp me").await;
    assert_eq!(
        tomas.get(&format!("/rooms/{name}")).await.ok().count("[data-warning]"),
        3,
        "they know each other"
    );
}
